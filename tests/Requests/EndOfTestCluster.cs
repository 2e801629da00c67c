// Stopping the server and removing its files may take longer than xunit allows the end of the process.
[assembly: AssemblyFixture(typeof(PieService.TestDatabases.EndOfTestCluster))]
