using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Channels;

/// <summary>A caller disposes a shared channel, for example with <c>using</c>. The address stays usable.</summary>
public sealed class DisposedChannelTests
{
    private EchoServer _server = null!;
    private TestServices _services = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await EchoServer.StartPlaintextAsync();
        _services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { _server.Address } });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Calls_succeed_if_every_caller_disposes_its_channel()
    {
        for (var call = 0; call < 3; call++)
        {
            using var channel = _services.Factory.GetChannel(_server.Address);
            await CallAsync(channel);
        }

        _server.Calls.Should().Be(3);
    }

    [Test]
    public async Task Every_spelling_of_the_address_gets_the_same_other_channel()
    {
        string[] spellings = [_server.Address, $"http://{_server.Address}", $"dns:///{_server.Address}"];
        var before = spellings.Select(_services.Factory.GetChannel).Distinct().Single();

        before.Dispose();

        var after = spellings.Select(_services.Factory.GetChannel).Distinct().Single();
        after.Should().NotBeSameAs(before);
        await CallAsync(after);
        _services.Factory.Describe(spellings[1]).LastConnection.Should().NotBeNull("it describes the channel in use");
    }

    [Test]
    public void Logs_one_warning_that_names_the_address()
    {
        for (var caller = 0; caller < 3; caller++)
        {
            _services.Factory.GetChannel(_server.Address).Dispose();
        }

        Warnings().Should().ContainSingle().Which.Should().BeApproved();
    }

    [Test]
    public async Task Disposing_the_container_is_no_reason_for_a_warning()
    {
        await CallAsync(_services.Factory.GetChannel(_server.Address));

        await _services.DisposeAsync();

        Warnings().Should().BeEmpty();
    }

    [Test]
    public void Getting_a_cached_channel_allocates_nothing()
    {
        var (factory, address) = (_services.Factory, _server.Address);
        _ = factory.GetChannel(address);
        var before = GC.GetAllocatedBytesForCurrentThread();

        _ = factory.GetChannel(address);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private IEnumerable<string> Warnings() => _services.Logs.Entries.Where(entry => entry.EventId == 308).Select(entry => entry.Message);

    private static async Task CallAsync(GrpcChannel channel) =>
        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
}
