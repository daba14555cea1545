using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Thanos.Api;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>CRLs of OpenSSL revoke a server of OpenSSL.</summary>
public sealed class OpenSslRevocationTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("PEM")]
    [TestCase("DER")]
    public async Task A_revoked_server_is_rejected(string form)
    {
        await CreateCaAsync("[crl]\nauthorityKeyIdentifier=keyid\n");
        await RevokeServerAsync();
        await OpenSslAsync("crl", "-in", _folder["new.crl"], "-outform", form, "-out", _folder["ca.crl"]);

        (await FailAsync()).Reason.Should().Be(ConnectionFailureReason.Revoked);
    }

    [Test]
    public async Task A_CRL_of_version_1_is_an_error()
    {
        await CreateCaAsync("", "#");
        await RevokeServerAsync();
        File.Copy(_folder["new.crl"], _folder["ca.crl"]);

        (await Assert.CatchAsync<OptionsValidationException>(FailAsync))!.Message.Should().Contain("version 1");
    }

    [Test]
    public async Task A_delta_CRL_is_an_error()
    {
        await CreateCaAsync("[crl]\n2.5.29.27=critical,ASN1:INTEGER:1\n");
        await RevokeServerAsync();
        File.Copy(_folder["new.crl"], _folder["ca.crl"]);

        (await Assert.CatchAsync<OptionsValidationException>(FailAsync))!.Message.Should().Contain("delta CRL");
    }

    private async Task CreateCaAsync(string crlSection, string crlExtensions = "crl_extensions=crl\n#")
    {
        _folder.Write("index.txt", "");
        _folder.Write("crlnumber", "01\n");
        _folder.Write(
            "ca.cnf",
            $"[ca]\ndefault_ca=own\n[own]\ndatabase={_folder["index.txt"]}\ndefault_md=sha256\ndefault_crl_days=30\n"
            + $"certificate={_folder["ca.crt"]}\nprivate_key={_folder["ca.key"]}\n{crlExtensions}\n{crlSection}");
        await OpenSslAsync(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", _folder["ca.key"], "-out", _folder["ca.crt"],
            "-days", "30", "-subj", "/O=Example/CN=openssl root", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
        await OpenSslAsync(
            "req", "-x509", "-CA", _folder["ca.crt"], "-CAkey", _folder["ca.key"], "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", _folder["server.key"], "-out", _folder["server.crt"], "-days", "10", "-subj", "/CN=server",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1");
    }

    private async Task RevokeServerAsync()
    {
        await OpenSslAsync("ca", "-config", _folder["ca.cnf"], "-revoke", _folder["server.crt"]);
        await OpenSslAsync("ca", "-config", _folder["ca.cnf"], "-gencrl", "-out", _folder["new.crl"]);
    }

    private static async Task OpenSslAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("openssl", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Eventually.Timeout);
        process.ExitCode.Should().Be(0, errors);
    }

    private async Task<EndpointConnectionException> FailAsync()
    {
        await using var server = ChildProcess.StartPeer(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-cert", _folder["server.crt"], "-key", _folder["server.key"], "-alpn", "h2"]);
        var address = await server.ReadAsync(@"ACCEPT (\S+)");
        var tls = new TlsOptions { CaFile = { _folder["ca.crt"] }, CrlFile = { _folder["ca.crl"] } };
        await using var services = new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { TlsConfig = tls, Endpoints = { address } }))
            .BuildServiceProvider();
        var info = new Info.InfoClient(services.GetRequiredService<IEndpointChannelFactory>().GetChannel(address));

        var exception = await Assert.ThrowsAsync<RpcException>(() => info.InfoAsync(new InfoRequest()).ResponseAsync.WaitAsync(Eventually.Timeout));

        return EndpointConnectionException.Find(exception!) ?? throw new AssertionException($"No connection failure in {exception}", exception);
    }
}
