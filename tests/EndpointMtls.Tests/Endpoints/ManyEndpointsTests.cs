using System.Collections.Concurrent;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>A set with thousands of endpoints.</summary>
public sealed class ManyEndpointsTests : EndpointSetFixture
{
    [Test]
    public async Task A_changed_file_changes_only_its_own_endpoints()
    {
        var probed = new ConcurrentQueue<string>();
        Options.ProbeInterval = TimeSpan.FromHours(1);
        var realms = Enumerable.Range(0, 20).Select(index => Realm($"realm-{index:00}").With(realm =>
            realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { WriteTargets(index, Enumerable.Range(0, 100)) } }))).ToArray();
        Start(
            services => services.AddSingleton<IEndpointProbe>(new ScriptedProbe(endpoint =>
            {
                probed.Enqueue(endpoint.Address);
                return Task.FromResult<object?>(null);
            })),
            realms);
        Set.Current.Endpoints.Should().HaveCount(2000, "files are read at the start");
        var before = (await Until(set => set.Endpoints.Count == 2000 && set.Endpoints.All(endpoint => endpoint.Health == EndpointHealth.Healthy))).Endpoints.ToDictionary(endpoint => endpoint.Address);
        before.Values.Should().OnlyContain(endpoint => endpoint.Labels["file"] == endpoint.Realm.Substring(6) && Path.GetFileName(endpoint.Source) == $"targets-{endpoint.Realm.Substring(6)}.json");
        probed.Should().HaveCount(2000);

        WriteTargets(7, Enumerable.Range(50, 100));
        var after = await Until(set => set.Endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Healthy) == 2000 && set.Endpoints.Any(endpoint => endpoint.Address == "10.7.149.1:443"));

        probed.Should().HaveCount(2050);
        probed.Skip(2000).Should().OnlyContain(address => address.StartsWith("10.7."));
        after.Endpoints.Count(endpoint => before.TryGetValue(endpoint.Address, out var known) && known.Channel == endpoint.Channel).Should().Be(1950);
        after.Endpoints.Where(endpoint => endpoint.Realm == "realm-07").Select(endpoint => endpoint.Address).Should().Equal(Enumerable.Range(50, 100).Select(index => $"10.7.{index}.1:443"));
    }

    private string WriteTargets(int file, IEnumerable<int> targets)
    {
        var list = string.Join(',', targets.Select(index => $"\"10.{file}.{index}.1:443\""));
        Folder.Write("new.tmp", $$$"""[{"targets":[{{{list}}}],"labels":{"file":"{{{file:00}}}"}}]""");
        File.Move(Folder["new.tmp"], Folder[$"targets-{file:00}.json"], overwrite: true);
        return Folder[$"targets-{file:00}.json"];
    }
}
