using System.Text.Json;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Schema;

/// <summary>What a validator that nobody here wrote makes of docs/endpoints.schema.json.</summary>
public sealed class SchemaTests
{
    private static readonly string Schema = Repository.Path("docs/endpoints.schema.json");

    [Test]
    public async Task It_accepts_every_document_that_is_shown()
    {
        var documents = GoodDocuments.All.ToList();

        var errors = await ValidateAsync(documents);

        documents.Zip(errors).Where(pair => pair.Second is not null).Should().BeEmpty();
        documents.Should().HaveCountGreaterThan(10);
    }

    [Test]
    public async Task It_refuses_mistakes()
    {
        var errors = await ValidateAsync(BadDocuments.All);

        BadDocuments.All.Zip(errors).Where(pair => pair.Second is null).Should().BeEmpty();
    }

    [Test]
    public async Task It_accepts_what_the_demo_writes()
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
