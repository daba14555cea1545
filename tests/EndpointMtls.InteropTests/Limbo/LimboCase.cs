using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.InteropTests.Limbo;

/// <summary>The name that the certificate of a server must have.</summary>
internal sealed record LimboName(string Kind, string Value);

/// <summary>A case of x509-limbo, the public test suite of certificate verifiers.</summary>
internal sealed record LimboCase(
    string Id,
    string ValidationKind,
    string[] TrustedCerts,
    string[] UntrustedIntermediates,
    string PeerCertificate,
    string? PeerCertificateKey,
    DateTimeOffset? ValidationTime,
    LimboName? ExpectedPeerName,
    string ExpectedResult)
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public bool VerifiesServer => ValidationKind == "SERVER";

    public bool MustAccept => ExpectedResult == "SUCCESS";

    /// <summary>The host to connect to: the expected name, or the first name of the certificate; <see langword="null"/> if it has none.</summary>
    public string? Host => ExpectedPeerName?.Value ?? FirstName();

    /// <summary>Reads the cases, and what Go's crypto/x509 decides about each. The test is ignored if they are not here.</summary>
    public static (IReadOnlyList<LimboCase> Cases, IReadOnlyDictionary<string, bool> AcceptedByGo) Read()
    {
        var folder = FindFolder();
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "limbo.json")));
        var results = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(folder, "go-1.19.json")))!;
        return (
            cases.RootElement.GetProperty("testcases").Deserialize<LimboCase[]>(SnakeCase)!,
            results.ToDictionary(result => result.Key, result => result.Value == "SUCCESS"));
    }

    private static string FindFolder()
    {
        var given = Environment.GetEnvironmentVariable("X509_LIMBO");
        var folders = given is null ? Parents(Repository.Path(".")).Select(parent => Path.Combine(parent, "shared/limbo")) : [given];
        var folder = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "limbo.json")));
        if (folder is null)
            Assert.Ignore("There is no 'shared/limbo/limbo.json' in a parent folder. Set X509_LIMBO to the folder of limbo.json and go-1.19.json.");
        return folder!;
    }

    private static IEnumerable<string> Parents(string folder)
    {
        for (var parent = Directory.GetParent(Path.TrimEndingDirectorySeparator(folder)); parent is not null; parent = parent.Parent)
            yield return parent.FullName;
    }

    private string? FirstName()
    {
        using var certificate = X509Certificate2.CreateFromPem(PeerCertificate);
        var names = SubjectNames.Of(certificate);
        return names switch
        {
            { Dns: [var name, ..] } => name,
            { IPAddresses: [var address, ..] } => address.ToString(),
            _ => null,
        };
    }
}
