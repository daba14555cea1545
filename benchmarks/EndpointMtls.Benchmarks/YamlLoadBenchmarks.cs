using System.Text;
using BenchmarkDotNet.Attributes;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EndpointMtls.Benchmarks;

/// <summary>What does it cost to make realms of a YAML file with 10,000 endpoints, against merely parsing it?</summary>
public class YamlLoadBenchmarks
{
    private const int Endpoints = 10_000;

    private string _text = "";
    private byte[] _content = [];

    [Params(DocumentShape.Realms, DocumentShape.Thanos)]
    public DocumentShape Shape { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _text = Documents.Write(Shape, Endpoints);
        _content = Encoding.UTF8.GetBytes(_text);
        if (Load() != Endpoints)
            throw new InvalidOperationException("Not all endpoints were understood.");
    }

    /// <summary>YamlDotNet's events, and nothing made of them.</summary>
    [Benchmark(Baseline = true)]
    public int ParseEvents()
    {
        var parser = new Parser(new StringReader(_text));
        var count = 0;
        while (parser.MoveNext())
            count++;

        return count;
    }

    /// <summary>YamlDotNet's tree of nodes.</summary>
    [Benchmark]
    public object ParseNodes()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(_text));
        return stream.Documents[0].RootNode;
    }

    /// <summary>The bytes of the file become definitions of realms, checked in every way but for the files they name.</summary>
    [Benchmark]
    public int Load()
    {
        var (options, errors) = (new EndpointMtlsOptions(), new ConfigurationErrors());
        YamlRealmSource.AddTo(options, "endpoints.yaml", _content);
        var compiled = new RealmCompiler(errors).Compile(options);
        errors.ThrowIfAny();
        return compiled.Realms.Sum(realm => realm.Listed.Length);
    }
}
