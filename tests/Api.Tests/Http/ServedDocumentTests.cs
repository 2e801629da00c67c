using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Tests.Http;

public sealed class ServedDocumentTests(ServedDocumentTests.Counted api) : IClassFixture<ServedDocumentTests.Counted>
{
    [Fact]
    public async Task The_document_is_generated_once()
    {
        var first = await api.GetAsync("/swagger/v1/swagger.json");
        var second = await api.GetAsync("/swagger/v1/swagger.json");

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal(1, Counter.Documents);
    }

    public sealed class Counted : ApiFixture
    {
        protected override void ConfigureServices(IServiceCollection services) =>
            services.Configure<SwaggerGenOptions>(options => options.DocumentFilter<Counter>());
    }

    private sealed class Counter : IDocumentFilter
    {
        public static int Documents { get; private set; }

        public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => Documents++;
    }
}
