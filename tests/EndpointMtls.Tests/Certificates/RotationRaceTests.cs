using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>With the system clock: many readers, while one writer replaces, truncates, mixes and removes the files.</summary>
/// <remarks>The names of the leaf, the intermediate and the root of a set contain its number.</remarks>
public sealed class RotationRaceTests
{
    private const int Readers = 64;
    private const int Sets = 12;

    private readonly ConcurrentDictionary<string, bool> _seen = new();
    private readonly TaskCompletionSource _hasSeenMany = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TempFolder _folder = null!;
    private int _folders;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Readers_see_only_consistent_sets_and_finally_the_last()
    {
        var sets = Enumerable.Range(0, Sets).Select(number => new Set(number)).ToArray();
        Publish(sets[0].Chain, sets[0].Key, sets[0].Bundle);
        await using var services = TestServices.With(new RealmOptions
        {
            Name = "eu",
            Endpoints = { "a:1" },
            TlsConfig = new TlsOptions { CertFile = _folder["now/tls.crt"], KeyFile = _folder["now/tls.key"], CaFile = { _folder["now/ca.crt"] }, CheckInterval = TimeSpan.FromSeconds(1) },
        });
        var provider = services.Get<RotatingCertificateProvider>("eu");
        using var stop = new CancellationTokenSource();

        var readers = Enumerable.Range(0, Readers).Select(reader => Start(() => Read(provider, reloads: reader % 8 == 0, stop.Token))).ToArray();
        var writer = Start(() => Write(sets, stop.Token));
        await Task.WhenAll(Task.Delay(TimeSpan.FromSeconds(3)), _hasSeenMany.Task, services.Logs.Wait(203)).WithTimeout();
        await stop.CancelAsync();
        await Task.WhenAll([writer, .. readers]).WithTimeout();

        Publish(sets[^1].Chain, sets[^1].Key, sets[^1].Bundle);
        var last = await provider.ReloadAsync().WithTimeout();
        (last.ClientCertificate!.Subject, last.LastError).Should().Be(($"CN=leaf-{Sets - 1}", null));
    }

    private static Task Start(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Write(Set[] sets, CancellationToken stop)
    {
        var random = new Random(20300101);
        while (!stop.IsCancellationRequested)
        {
            var (set, other) = (sets[random.Next(Sets)], sets[random.Next(Sets)]);
            switch (random.Next(8))
            {
                case 0:
                    Publish(set.Chain, (set == other ? sets[(set.Number + 1) % Sets] : other).Key, set.Bundle);
                    break;
                case 1:
                    Publish(set.Chain[..^random.Next(30, 600)], set.Key, set.Bundle);
                    break;
                case 2:
                    Publish(set.Chain, set.Key, "");
                    break;
                case 3:
                    File.WriteAllText(_folder[$"{_folders}/tls.key"], "");
                    break;
                case 4:
                    File.Delete(_folder[$"{_folders}/tls.crt"]);
                    break;
                case 5:
                    File.Delete(_folder["now"]);
                    break;
                default:
                    Publish(set.Chain, set.Key, set.Bundle);
                    break;
            }

            stop.WaitHandle.WaitOne(random.Next(60));
        }
    }

    private void Read(RotatingCertificateProvider provider, bool reloads, CancellationToken stop)
    {
        SslStreamCertificateContext? known = null;
        while (!stop.IsCancellationRequested)
        {
            var options = provider.CreateClientOptions("store-1");
            var context = options.ClientCertificateContext!;
            AssertOneNumber(
                context.TargetCertificate.Subject,
                context.IntermediateCertificates.Single().Subject,
                options.CertificateChainPolicy!.CustomTrustStore.Single().Subject);
            if (context != known)
            {
                known = context;
                using var key = context.TargetCertificate.GetECDsaPrivateKey()!;
                key.ExportSubjectPublicKeyInfo().Should().Equal(context.TargetCertificate.PublicKey.ExportSubjectPublicKeyInfo());
            }

            Check(provider.Describe());
            if (reloads)
            {
                Reload(provider, stop);
            }

            // The writer needs processor time, too.
            stop.WaitHandle.WaitOne(1);
        }
    }

    private void Reload(RotatingCertificateProvider provider, CancellationToken stop)
    {
        try
        {
            Check(provider.ReloadAsync(stop).WithTimeout().GetAwaiter().GetResult());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The files were still changing.
        }
    }

    private void Check(LoadedCertificates loaded)
    {
        AssertOneNumber(loaded.ClientCertificate!.Subject, loaded.Intermediates.Single().Subject, loaded.Anchors.Single().Subject);
        _seen[loaded.ClientCertificate.Subject] = true;
        if (_seen.Count > 3)
        {
            _hasSeenMany.TrySetResult();
        }
    }

    private static void AssertOneNumber(string leaf, string intermediate, string root)
    {
        var number = leaf["CN=leaf-".Length..];
        (intermediate, root).Should().Be(($"CN=intermediate-{number}", $"CN=root-{number}"));
    }

    // The times of each folder are unique, and old: the files are not taken for files that are still changing.
    private void Publish(string chain, string key, string bundle)
    {
        var folder = $"{++_folders}";
        foreach (var (name, content) in new[] { ("tls.crt", chain), ("tls.key", key), ("ca.crt", bundle) })
        {
            File.SetLastWriteTimeUtc(_folder.Write($"{folder}/{name}", content), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(_folders));
        }

        Unix.Link(_folder["now"], folder);
    }

    private sealed class Set
    {
        public Set(int number)
        {
            var root = TestCa.CreateRoot($"root-{number}");
            var client = root.CreateIntermediate($"intermediate-{number}").IssueClient($"leaf-{number}");
            (Number, Chain, Key, Bundle) = (number, client.ChainPem, client.KeyPem, root.Pem);
        }

        public int Number { get; }

        public string Chain { get; }

        public string Key { get; }

        public string Bundle { get; }
    }
}
