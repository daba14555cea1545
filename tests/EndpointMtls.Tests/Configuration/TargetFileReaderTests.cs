using System.Text;
using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads target files in YAML and JSON.</summary>
public sealed class TargetFileReaderTests
{
    [TestCase("t.yaml", "- targets: [a:1, B.:2, '[::1]:3']\n  labels: { env: prod, _x9: 7, on: true }\n- targets:\n  - c:1", "a:1 b:2 [::1]:3 env=prod _x9=7 on=true; c:1")]
    [TestCase("t.json", """[{"targets": ["a:1", "unix:/run/s"], "labels": {"env": "prod"}}, {"labels": {}, "targets": ["b:2"]}]""", "a:1 unix:/run/s env=prod; b:2")]
    [TestCase("t.YML", "- targets: [dns+a:1, dnssrv+_grpc._tcp.b, dnssrvnoa+b:7]", "dns+a:1 dnssrv+_grpc._tcp.b dnssrvnoa+b:7")]
    [TestCase("t.Json", """[{"targets":["a\u003a1"]}]""", "a:1")]
    [TestCase("t.yaml", "[]", "")]
    [TestCase("t.json", " [ ]\n", "")]
    [TestCase("t.yaml", "- labels: { a: b }\n- targets:\n  labels:\n- {}", " a=b; ; ")]
    [TestCase("t.json", """[{"targets":null,"labels":null}]""", "")]
    [TestCase("t.yaml", "- targets: [a:1, a:1]\n- targets: [a:1]", "a:1 a:1; a:1")]
    [TestCase("t.yaml", "- targets: [a:1]\n  labels: &l { env: '', x: 'ä b' }\n- targets: [b:1]\n  labels: { <<: *l, x: y }", "a:1 env= x=ä b; b:1 x=y env=")]
    [TestCase("t.yaml", "- targets: [a:1]\n  labels: { __meta_zone: one, __address__: 'b:2', __: [x], _a: y }", "a:1 _a=y")]
    [TestCase("t.json", """[{"targets":["a:1"],"labels":{"__scheme__":"http","__x":7,"env":"prod"}}]""", "a:1 env=prod")]
    [TestCase("t.yaml", "[{\"targets\": [\"a:1\"]}]", "a:1", TestName = "JSON_is_YAML")]
    public void Reads(string path, string content, string expected) => TargetDocuments.Read(content, path).Show().Should().Be(expected);

    [Test]
    public void Accepts_a_byte_order_mark([Values("t.yaml", "t.json")] string path) =>
        TargetDocuments.Read("\uFEFF[{\"targets\": [\"a:1\"]}]", path).Show().Should().Be("a:1");

    [Test]
    public void Keeps_the_text_and_the_kind_of_a_target()
    {
        var targets = TargetDocuments.Read("- targets: ['http://A.:1', 'dns+a:1']", "t.yaml").Single().Targets;

        targets[0].Should().BeOfType<StaticTarget>().Which.Should().Be(new StaticTarget("http://A.:1", new EndpointAddress("a", 1), UsesTls: false));
        targets[1].Should().BeOfType<DiscoveryTarget>().Which.Kind.Should().Be(DiscoveryKind.Dns);
    }

    [Test]
    public void Accepts_a_scheme_that_matches_the_realm_only([Values] bool isSecured)
    {
        var (right, wrong) = isSecured ? ("https", "http") : ("http", "https");

        TargetDocuments.Check($"- targets: ['{right}://a:1']", "t.yaml", isSecured).Warnings.Should().BeEmpty();
        TargetDocuments.Check($"- targets: [a:1, '{wrong}://b:1']", "t.yaml", isSecured).Warnings.ShouldBe("Conflict groups[0].targets[1] 1:18");
        TargetDocuments.Compile(Encoding.UTF8.GetBytes($"- targets: [a:1, '{wrong}://b:1']"), "t.yaml", isSecured).Groups.Show().Should().Be("a:1");
    }

    [Test]
    public void Reports_all_errors_at_once()
    {
        var (errors, warnings) = TargetDocuments.Check("- targets: [a:1, a, '']\n  lables: {}\n- targets: [b:0]\n  labels: { 1a: [x] }\n- text\n", "t.yaml");

        errors.ShouldBe("UnknownKey groups[0].lables 2:3", "WrongType groups[2] 5:3");
        warnings.ShouldBe(
            "InvalidValue groups[0].targets[1] 1:18",
            "InvalidValue groups[0].targets[2] 1:21",
            "InvalidValue groups[1].targets[0] 3:13",
            "InvalidValue groups[1].labels.1a 4:13",
            "WrongType groups[1].labels.1a 4:13");
    }

    [Test]
    public void Stops_reading_a_file_with_too_many_errors()
    {
        var errors = TargetDocuments.Check(string.Concat(Enumerable.Repeat("- {}\n- x\n", 100_000)), "t.yaml").Errors;

        errors.Should().HaveCount(1000);
    }

    [Test]
    public void Reads_five_thousand_targets_in_groups([Values("t.yaml", "t.json")] string path)
    {
        var groups = Enumerable.Range(0, 50).Select(group =>
            $$$"""{"targets": [{{{string.Join(", ", Enumerable.Range(0, 100).Select(n => $"\"10.1.{group}.{n + 1}:10901\""))}}}], "labels": {"group": "{{{group}}}"}}""");

        TargetDocuments.Read($"[{string.Join(",\n", groups)}]", path).Sum(group => group.Targets.Length).Should().Be(5000);
    }

    [Test]
    public void Reads_five_thousand_targets_with_one_per_line() =>
        TargetDocuments.Read("- targets:\n" + string.Concat(Enumerable.Range(0, 5000).Select(n => $"  - store-{n}.example.com:10901\n")), "t.yaml")
            .Single().Targets.Should().HaveCount(5000);

    [Test]
    public void Rejects_a_file_of_more_than_four_mebibytes([Values("t.yaml", "t.json")] string path) =>
        TargetDocuments.Compile(Encoding.UTF8.GetBytes("[]" + new string(' ', 4 << 20)), path).Errors.Errors.ShouldBe($"InvalidDocument {path}");

    [TestCase("- targets: [a:1, b:1]\n  labels: {}", "- targets: [a:1, b:1]", true)]
    [TestCase("- targets: [a:1]\n  labels: { x: y, z: w }", "- targets: [a:1] # same\n  labels: { z: w, x: y }", true)]
    [TestCase("- targets: [a:1, b:1]", "- targets: [b:1, a:1]", false)]
    [TestCase("- targets: [a:1]", "- targets: [a:1]\n  labels: { x: y }", false)]
    [TestCase("- targets: [a:1]\n  labels: { x: y }", "- targets: [a:1]\n  labels: { x: z }", false)]
    [TestCase("- targets: [a:1]\n  labels: { x: y }", "- targets: [a:1]\n  labels: { z: y }", false)]
    [TestCase("- targets: [dns+a:1]", "- targets: [dnsdualstack+a:1]", false)]
    public void Compares_target_groups(string one, string other, bool areSame) =>
        TargetDocuments.Read(one, "t.yaml")[0].IsSameAs(TargetDocuments.Read(other, "t.yaml")[0]).Should().Be(areSame);

    /// <summary>An interoperability test checks the same documents with promtool.</summary>
    [Test]
    public void Differs_from_Prometheus_only_in_known_documents()
    {
        FileSdDocuments.AcceptedByBoth.Concat(FileSdDocuments.AcceptedOnlyByUs).Where(IsInvalid).Should().BeEmpty();
        FileSdDocuments.RejectedByBoth.Concat(FileSdDocuments.RejectedOnlyByUs).Where(document => !IsInvalid(document)).Should().BeEmpty();

        // Prometheus rejects the whole file where the library leaves a part out.
        static bool IsInvalid((string Extension, string Content) document) =>
            TargetDocuments.Check(document.Content, $"t.{document.Extension}") is var (errors, warnings) && errors.Concat(warnings).Any();
    }
}
