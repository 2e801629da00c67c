namespace PieService.Domain.Pies;

/// <summary>The votes of one cohort on one example of multi-label data: each label is voted on by itself.</summary>
/// <param name="Votes">The number of runs that predict each of the C classes.</param>
/// <param name="Runs">The number of runs of the cohort.</param>
public readonly record struct LabelVotes(int[] Votes, int Runs)
{
    /// <summary>Whether half of the runs predict a label and half do not, for at least one label.</summary>
    public bool IsTied
    {
        get
        {
            foreach (var votes in Votes)
                if (2 * votes == Runs) return true;
            return false;
        }
    }

    /// <summary>Whether a strict majority predicts the class: half of the runs are not enough.</summary>
    public bool IsPredicted(int c) => 2 * Votes[c] > Runs;

    /// <summary>|2 votes - runs| / runs, in [0, 1]; 0 for a tie.</summary>
    public double Margin(int c) => (double)Math.Abs((2 * Votes[c]) - Runs) / Runs;

    /// <summary>The smallest margin of all classes.</summary>
    public double SmallestMargin
    {
        get
        {
            var smallest = 1.0;
            for (var c = 0; c < Votes.Length; c++) smallest = Math.Min(smallest, Margin(c));
            return smallest;
        }
    }

    /// <summary>The classes with a strict majority, ascending.</summary>
    public IEnumerable<int> Predicted()
    {
        var votes = this;
        return Enumerable.Range(0, Votes.Length).Where(votes.IsPredicted);
    }

    /// <summary>The classes on which the majorities of two cohorts differ, ascending.</summary>
    public IEnumerable<int> DifferingFrom(LabelVotes other)
    {
        var votes = this;
        return Enumerable.Range(0, Votes.Length).Where(c => votes.IsPredicted(c) != other.IsPredicted(c));
    }
}
