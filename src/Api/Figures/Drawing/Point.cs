namespace PieService.Api.Figures.Drawing;

public readonly record struct Point(double X, double Y);
