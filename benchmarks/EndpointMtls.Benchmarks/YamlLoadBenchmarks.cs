using System.Text;
using BenchmarkDotNet.Attributes;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures loading a YAML file with 10,000 endpoints, against only parsing it.</summary>
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
            throw new InvalidOperationException("Some endpoints were not read.");
    }

    /// <summary>Only reads the events of YamlDotNet.</summary>
    [Benchmark(Baseline = true)]
    public int ParseEvents()
    {
        var parser = new Parser(new StringReader(_text));
        var count = 0;
        while (parser.MoveNext())
            count++;

        return count;
    }

    /// <summary>Loads the node tree of YamlDotNet.</summary>
    [Benchmark]
    public object ParseNodes()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(_text));
        return stream.Documents[0].RootNode;
    }

    /// <summary>Compiles the file into definitions of realms, with all checks except for certificate files.</summary>
    [Benchmark]
    public int Load()
    {
        var (options, errors) = (new EndpointMtlsOptions(), new ConfigurationErrors());
        YamlRealmSource.AddTo(options, "endpoints.yaml", _content);
        var compiled = new RealmCompiler(errors).Compile(options);
        if (errors.Count > 0)
        {
            errors.Throw();
        }

        return compiled.Realms.Sum(realm => realm.Listed.Length);
    }
}
