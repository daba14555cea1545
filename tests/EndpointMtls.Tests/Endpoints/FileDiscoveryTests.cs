using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Endpoints discovered by files.</summary>
public sealed class FileDiscoveryTests : EndpointSetFixture
{
    [Test]
    public async Task Endpoints_have_the_labels_of_their_group_and_the_path_of_their_file()
    {
        var path = Folder.Write("targets.yml", "- targets: ['10.0.0.1:443']\n  labels: { zone: one }\n- targets: ['10.0.0.2:443']\n");
        Run(path);

        var set = await Until(set => set.Endpoints.Count == 2);

        set.Endpoints[0].Should().BeEquivalentTo(new { Address = "10.0.0.1:443", Source = path, Labels = new Dictionary<string, string> { ["zone"] = "one" } });
        set.Endpoints[1].Labels.Should().BeEmpty();
        set.Sources.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = path, Realm = "a", Count = 2, LastError = (string?)null });
    }

    [Test]
    public async Task Changed_labels_keep_the_channel()
    {
        var path = Write("targets.json", "one", "10.0.0.1:443");
        Run(path);
        var before = (await Until(set => set.Endpoints.Count == 1)).Endpoints[0];

        Write("targets.json", "two", "10.0.0.1:443");

        (await Until(set => set.Endpoints[0].Labels["zone"] == "two")).Endpoints[0].Channel.Should().BeSameAs(before.Channel);
    }

    [Test]
    public async Task Applies_files_written_in_place_or_replaced_and_keeps_the_endpoints_of_an_invalid_one()
    {
        var path = Write("targets.json", "z", "10.0.0.1:443");
        Run(path);
        await Addresses("10.0.0.1:443");

        Write("targets.json", "z", "10.0.0.2:443");
        await Addresses("10.0.0.2:443");

        Write("new.tmp", "z", "10.0.0.3:443");
        File.Move(Folder["new.tmp"], path, overwrite: true);
        await Addresses("10.0.0.3:443");

        Folder.Write("targets.json", "[{\"targets\":[\"10.0.0.4\"]}]");
        var invalid = await Until(set => set.Sources[0].LastError is not null);
        invalid.Endpoints.Should().ContainSingle().Which.Address.Should().Be("10.0.0.3:443");
        invalid.Sources[0].Should().BeEquivalentTo(new { Count = 1, Name = path });

        File.Delete(path);
        await Until(set => set.Endpoints.Count == 0);
        Write("targets.json", "z", "10.0.0.5:443");
        (await Addresses("10.0.0.5:443")).Sources[0].LastError.Should().BeNull();
    }

    [Test]
    public async Task Checks_the_scheme_of_targets_against_the_current_realm()
    {
        var path = Write("targets.json", "z", "https://10.0.0.1:443");
        Run(path);
        Set.Current.Sources[0].LastError.Should().NotBeNull("the realm is plaintext");

        Source.Set(Realm("a").With(realm =>
        {
            realm.Probe = false;
            realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { path } });
            realm.TlsConfig = Folder.WriteRealm("a", TestCa.CreateRoot("root"), TestCa.CreateRoot("root").IssueClient("querier"));
        }));

        (await Addresses("10.0.0.1:443")).Sources[0].LastError.Should().BeNull();
    }

    [Test]
    public void Reports_an_invalid_file_for_each_realm()
    {
        var path = Folder.Write("targets.json", "{}");
        Start(new RealmOptions { Name = "a", EndpointsSdFiles = { new FileSdOptions { Files = { path } } } }, new RealmOptions { Name = "b", EndpointsSdFiles = { new FileSdOptions { Files = { path } } } });

        Set.Current.Sources.Select(source => (source.Realm, source.Name)).Should().Equal(("a", path), ("b", path));
        Services.Logs.Entries.Where(entry => entry.EventId == 400).Select(entry => entry.Message)
            .Should().HaveCount(2).And.ContainSingle(message => message.Contains("'a'")).And.ContainSingle(message => message.Contains("'b'"));
    }

    [Test]
    public async Task Applies_the_update_of_a_Kubernetes_volume_to_a_pattern()
    {
        Directory.CreateDirectory(Folder["volume"]);
        var volume = new SecretVolume(Folder, "volume");
        volume.Publish(null, ("a.json", """[{"targets":["10.0.0.1:443"]}]"""), ("b.json", """[{"targets":["10.0.0.2:443"]}]"""));
        Run(volume["*.json"]);
        await Addresses("10.0.0.1:443", "10.0.0.2:443");

        volume.Publish(null, ("a.json", """[{"targets":["10.0.0.3:443"]}]"""), ("b.json", """[{"targets":["10.0.0.2:443"]}]"""));

        await Addresses("10.0.0.3:443", "10.0.0.2:443");
    }

    [Test]
    public async Task Discovers_and_calls_names_and_sockets_in_a_file()
    {
        await using var socket = await EchoServer.StartPlaintextAsync(Folder["s.sock"]);
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        var path = Write("targets.json", "z", $"unix:{Folder["s.sock"]}", $"dns+stores.example:{server.Port}");
        Start(Realm("a").With(realm => realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { path } })));

        var set = await Until(set => set.Endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Healthy) == 2);

        set.Endpoints.Select(endpoint => (endpoint.Address, endpoint.Source, endpoint.Labels["zone"])).Should().BeEquivalentTo(
            [($"unix:{Folder["s.sock"]}", path, "z"), (server.Address, $"dns+stores.example:{server.Port}", "z")]);
        foreach (var endpoint in set.Endpoints)
            await new Echo.EchoClient(endpoint.Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        Write("targets.json", "z", $"unix:{Folder["s.sock"]}");
        (await Until(set => set.Endpoints.Count == 1)).Sources.Should().ContainSingle();
    }

    private Task<EndpointSetSnapshot> Addresses(params string[] addresses) => Until(set => set.Endpoints.Select(endpoint => endpoint.Address).SequenceEqual(addresses));

    private string Write(string name, string zone, params string[] targets) =>
        Folder.Write(name, $$$"""[{"targets":[{{{string.Join(',', targets.Select(target => $"\"{target}\""))}}}],"labels":{"zone":"{{{zone}}}"}}]""");

    private void Run(string path)
    {
        Options.ProbeInterval = TimeSpan.FromHours(1);
        Start(
            services => services.AddSingleton<IEndpointProbe>(new ScriptedProbe(_ => Task.FromResult<object?>(null))),
            Realm("a").With(realm => realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { path } })));
    }
}
