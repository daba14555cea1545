using Samples.Tests.Support;

namespace Samples.Tests.StoreNode;

/// <summary>The executable as a child process.</summary>
[CancelAfter(60_000)]
internal sealed class StoreNodeProcessTests
{
    [Test]
    public async Task Prints_its_address_and_ends_when_standard_input_closes(CancellationToken cancellation)
    {
        using var node = SampleProcess.Start("StoreNode", "--grpc-address", "127.0.0.1:0", "--label", "cluster=eu", "--label", "replica=a", "--exit-with-stdin");

        var line = await node.StandardOutput.ReadLineAsync(cancellation);
        line.Should().MatchRegex(@"^StoreNode listening on 127\.0\.0\.1:[1-9][0-9]* \(plaintext\)$");

        node.StandardInput.Close();
        await node.WaitForExitAsync(cancellation);
        node.ExitCode.Should().Be(0);
        (await node.StandardOutput.ReadToEndAsync(cancellation)).Should().BeEmpty();
        (await node.StandardError.ReadToEndAsync(cancellation)).Should().BeEmpty();
    }

    [TestCase("--grpc-server-tls-client-ca", "ca.crt", "--grpc-server-tls-client-ca requires a server certificate: add --grpc-server-tls-cert and --grpc-server-tls-key.")]
    [TestCase("--grpc-address", "nowhere", "--grpc-address 'nowhere' is not an IP address and a port. Write it like 127.0.0.1:10901, localhost:10901, :10901 for all addresses, or [::1]:10901; port 0 takes any free port.")]
    public async Task Prints_one_line_with_the_reason_why_it_cannot_start(string option, string value, string reason, CancellationToken cancellation)
    {
        using var node = SampleProcess.Start("StoreNode", option, value);

        (await node.StandardError.ReadToEndAsync(cancellation)).Should().Be($"StoreNode: {reason}{Environment.NewLine}");
        await node.WaitForExitAsync(cancellation);
        node.ExitCode.Should().Be(1);
    }

    [Test]
    public async Task Rejects_a_key_of_another_certificate(CancellationToken cancellation)
    {
        using var pem = new PemFolder();
        using var root = CertificateAuthority.Root("root");
        using var server = root.Server("store.test");
        using var other = root.Server("other.test");

        using var node = SampleProcess.Start("StoreNode", "--grpc-server-tls-cert", pem.WriteCertificates("tls.crt", server), "--grpc-server-tls-key", pem.WriteKey("tls.key", other));

        (await node.StandardError.ReadToEndAsync(cancellation)).Should().Match($"StoreNode: *key_file*tls.key' does not match*.{Environment.NewLine}").And.NotContain("   at ");
        await node.WaitForExitAsync(cancellation);
        node.ExitCode.Should().Be(1);
    }

    [Test]
    public async Task Prints_one_line_when_the_port_is_in_use(CancellationToken cancellation)
    {
        using var first = SampleProcess.Start("StoreNode", "--grpc-address", "127.0.0.1:0", "--exit-with-stdin");
        var line = await first.StandardOutput.ReadLineAsync(cancellation);
        var address = line!.Split(' ')[3];

        using var second = SampleProcess.Start("StoreNode", "--grpc-address", address);

        (await second.StandardError.ReadToEndAsync(cancellation)).Should()
            .Match($"StoreNode: Cannot listen on {address}: *. Set another --grpc-address; port 0 selects a free port.{Environment.NewLine}").And.NotContain("   at ");
        first.StandardInput.Close();
        await first.WaitForExitAsync(cancellation);
    }
}
