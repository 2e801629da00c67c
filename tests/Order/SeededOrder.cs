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
/// The order in which classes and their tests are started. It depends on xunit's seed (<c>xUnit.Seed</c>,
/// <c>./pie test --seed</c>) and on the names alone. The default orders of xunit do not depend on the seed: tests are
/// ordered by id, and classes by hash codes that differ in each process. A filter keeps the order of the others.
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
