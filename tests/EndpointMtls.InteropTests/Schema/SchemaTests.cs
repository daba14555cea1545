using System.Text.Json;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Schema;

/// <summary>docs/endpoints.schema.json with the Python validator jsonschema.</summary>
public sealed class SchemaTests
{
    private static readonly string Schema = Repository.Path("docs/endpoints.schema.json");

    [Test]
    public async Task Accepts_every_documented_example()
    {
        var documents = GoodDocuments.All.ToList();

        var errors = await ValidateAsync(documents);

        documents.Zip(errors).Where(pair => pair.Second is not null).Should().BeEmpty();
        documents.Should().HaveCountGreaterThan(10);
    }

    [Test]
    public async Task Rejects_invalid_documents()
    {
        var errors = await ValidateAsync(BadDocuments.All);

        BadDocuments.All.Zip(errors).Where(pair => pair.Second is null).Should().BeEmpty();
    }

    [Test]
    public async Task Accepts_the_configuration_of_the_demo()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();
        var file = await querier.Process.ReadAsync(@"(/\S+endpoints\.yaml)");

        var errors = await ValidateAsync([await File.ReadAllTextAsync(file)]);

        errors.Should().Equal([null]);
    }

    private static async Task<IReadOnlyList<string?>> ValidateAsync(IEnumerable<string> documents)
    {
        await Peer.RequirePythonAsync("jsonschema", "yaml");
        var output = await Peer.RunAsync("python3", [Path.Combine(AppContext.BaseDirectory, "Schema/validate.py"), Schema], JsonSerializer.Serialize(documents));
        return JsonSerializer.Deserialize<IReadOnlyList<string?>>(output)!;
    }
}
