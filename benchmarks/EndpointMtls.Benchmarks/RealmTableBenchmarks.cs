using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Realms;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures compiling a table of many patterns, against parsing them.</summary>
public class RealmTableBenchmarks
{
    private EndpointMtlsOptions _options = null!;
    private ImmutableArray<Realm> _realms;

    [Params(10, 1_000, 100_000)]
    public int Patterns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _options = new EndpointMtlsOptions();
        foreach (var realm in new PatternSet(Patterns).Options)
            _options.Realms.Add(realm);

        _realms = [.. CompileRealms().Select(definition => new Realm(definition, Rotation: null, Provider: null))];
        if (_realms.Sum(realm => realm.Definition.Match.Length) != Patterns)
            throw new InvalidOperationException("Some patterns were not parsed.");
    }

    /// <summary>Only parses the patterns.</summary>
    [Benchmark(Baseline = true)]
    public int Parse()
    {
        var count = 0;
        foreach (var realm in _options.Realms)
        {
            foreach (var text in realm.Match)
                count += AddressPattern.TryParse(text, out _, out _) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Compiles and checks options into definitions.</summary>
    [Benchmark]
    public object Compile() => CompileRealms();

    /// <summary>Creates the table from definitions.</summary>
    [Benchmark]
    public object Table() => new RealmTable(_realms);

    private ImmutableArray<RealmDefinition> CompileRealms()
    {
        var errors = new ConfigurationErrors();
        var compiled = new RealmCompiler(errors).Compile(_options);
        if (errors.Count > 0)
        {
            errors.Throw();
        }

        return compiled.Realms;
    }
}
