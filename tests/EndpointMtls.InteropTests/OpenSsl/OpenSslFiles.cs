using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>Certificates that the openssl program creates, also those that .NET does not.</summary>
internal sealed class OpenSslFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    public string this[string name] => _folder[name];

    /// <summary>Creates a root CA as <c>root.crt</c> and <c>root.key</c>.</summary>
    public static async Task<OpenSslFiles> CreateAsync()
    {
        Peer.Require("openssl");
        var files = new OpenSslFiles();
        await files.RunAsync("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=root -keyout root.key -out root.crt -days 10");
        return files;
    }

    /// <summary>Creates a key and a certificate of the root CA, as <c>peer.crt</c> and <c>peer.key</c>.</summary>
    /// <param name="arguments">The arguments that define the key, the hash and the names.</param>
    public Task IssueAsync(string arguments) => RunAsync(
        $"openssl req -x509 -CA root.crt -CAkey root.key -nodes -subj /CN=peer -addext basicConstraints=critical,CA:FALSE -days 9 -keyout peer.key -out peer.crt {arguments}");

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>Runs commands of a shell in the folder, each of which must succeed.</summary>
    public Task RunAsync(string commands) => Peer.RunAsync("sh", ["-ec", $"cd '{_folder.Root}'\n{commands}"]);

    public void Dispose() => _folder.Dispose();
}
