using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(PieService.Order.SeededOrder))]
[assembly: TestCaseOrderer(typeof(PieService.Order.SeededOrder))]

namespace PieService.Order;

/// <summary>
/// The order in which classes, and the tests in each, are started: it follows from xunit's seed (<c>xUnit.Seed</c>,
/// <c>./pie test --seed</c>) and the names alone. xunit's own orders do not depend on the seed: tests always come by
/// their ids, and classes by hash codes that each process draws anew. A filter leaves the order of the rest as it was.
/// </summary>
public sealed class SeededOrder : ITestCollectionOrderer, ITestCaseOrderer
{
    public IReadOnlyCollection<T> OrderTestCollections<T>(IReadOnlyCollection<T> testCollections)
        where T : ITestCollection =>
        Shuffle(testCollections, collection => collection.TestCollectionDisplayName);

    public IReadOnlyCollection<T> OrderTestCases<T>(IReadOnlyCollection<T> testCases)
        where T : notnull, ITestCase =>
        Shuffle(testCases, test => test.TestCaseDisplayName);

    private static ImmutableArray<T> Shuffle<T>(IEnumerable<T> all, Func<T, string> name) =>
        [.. all.OrderBy(one => Place(name(one)), StringComparer.Ordinal).ThenBy(name, StringComparer.Ordinal)];

    private static string Place(string name) => Convert.ToHexString(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Randomizer.Seed} {name}"))));
}
