using System.Text;
using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What a file of targets may say, in either format.</summary>
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
    [TestCase("t.yaml", "[{\"targets\": [\"a:1\"]}]", "a:1", TestName = "JSON_is_YAML")]
    public void Reads(string path, string content, string expected) => TargetDocuments.Read(content, path).Show().Should().Be(expected);

    [Test]
    public void A_byte_order_mark_is_accepted([Values("t.yaml", "t.json")] string path) =>
        TargetDocuments.Read("\uFEFF[{\"targets\": [\"a:1\"]}]", path).Show().Should().Be("a:1");

    [Test]
    public void A_target_says_how_it_was_written_and_what_it_is()
    {
        var targets = TargetDocuments.Read("- targets: ['http://A.:1', 'dns+a:1']", "t.yaml").Single().Targets;

        targets[0].Should().BeOfType<StaticTarget>().Which.Should().Be(new StaticTarget("http://A.:1", new EndpointAddress("a", 1), UsesTls: false));
        targets[1].Should().BeOfType<DiscoveryTarget>().Which.Kind.Should().Be(DiscoveryKind.Dns);
    }

    [Test]
    public void A_scheme_may_say_what_the_realm_says_and_nothing_else([Values] bool isSecured)
    {
        var (right, wrong) = isSecured ? ("https", "http") : ("http", "https");

        TargetDocuments.ErrorsOf($"- targets: ['{right}://a:1']", "t.yaml", isSecured).Should().BeEmpty();
        TargetDocuments.ErrorsOf($"- targets: [a:1, '{wrong}://b:1']", "t.yaml", isSecured).ShouldBe("Conflict groups[0].targets[1] 1:18");
    }

    [Test]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        TargetDocuments.ErrorsOf("- targets: [a:1, a, '']\n  lables: {}\n- targets: [b:0]\n  labels: { 1a: [x] }\n- text\n", "t.yaml").ShouldBe(
            "InvalidValue groups[0].targets[1] 1:18",
            "InvalidValue groups[0].targets[2] 1:21",
            "UnknownKey groups[0].lables 2:3",
            "InvalidValue groups[1].targets[0] 3:13",
            "InvalidValue groups[1].labels.1a 4:13",
            "WrongType groups[1].labels.1a 4:13",
            "WrongType groups[2] 5:3");
    }

    [Test]
    public void A_file_with_far_too_many_errors_is_not_read_to_its_end()
    {
        var errors = TargetDocuments.ErrorsOf(string.Concat(Enumerable.Repeat("- {}\n- x\n", 100_000)), "t.yaml").ToList();

        errors.Should().HaveCount(1000);
    }

    [Test]
    public void Five_thousand_targets_fit_into_one_file([Values("t.yaml", "t.json")] string path)
    {
        var groups = Enumerable.Range(0, 50).Select(group =>
            $$$"""{"targets": [{{{string.Join(", ", Enumerable.Range(0, 100).Select(n => $"\"10.1.{group}.{n + 1}:10901\""))}}}], "labels": {"group": "{{{group}}}"}}""");

        TargetDocuments.Read($"[{string.Join(",\n", groups)}]", path).Sum(group => group.Targets.Length).Should().Be(5000);
    }

    [Test]
    public void Five_thousand_targets_a_line_each_fit_into_one_file() =>
        TargetDocuments.Read("- targets:\n" + string.Concat(Enumerable.Range(0, 5000).Select(n => $"  - store-{n}.example.com:10901\n")), "t.yaml")
            .Single().Targets.Should().HaveCount(5000);

    [Test]
    public void A_file_of_more_than_four_mebibytes_is_refused([Values("t.yaml", "t.json")] string path) =>
        TargetDocuments.Compile(Encoding.UTF8.GetBytes("[]" + new string(' ', 4 << 20)), path).Errors.Errors.ShouldBe($"InvalidDocument {path}");

    [TestCase("- targets: [a:1, b:1]\n  labels: {}", "- targets: [a:1, b:1]", true)]
    [TestCase("- targets: [a:1]\n  labels: { x: y, z: w }", "- targets: [a:1] # same\n  labels: { z: w, x: y }", true)]
    [TestCase("- targets: [a:1, b:1]", "- targets: [b:1, a:1]", false)]
    [TestCase("- targets: [a:1]", "- targets: [a:1]\n  labels: { x: y }", false)]
    [TestCase("- targets: [a:1]\n  labels: { x: y }", "- targets: [a:1]\n  labels: { x: z }", false)]
    [TestCase("- targets: [a:1]\n  labels: { x: y }", "- targets: [a:1]\n  labels: { z: y }", false)]
    [TestCase("- targets: [dns+a:1]", "- targets: [dnsdualstack+a:1]", false)]
    public void Groups_are_the_same_if_they_say_the_same(string one, string other, bool areSame) =>
        TargetDocuments.Read(one, "t.yaml")[0].IsSameAs(TargetDocuments.Read(other, "t.yaml")[0]).Should().Be(areSame);

    /// <summary>What Prometheus makes of the same documents is tested with its promtool.</summary>
    [Test]
    public void Where_Prometheus_and_we_differ_is_known()
    {
        FileSdDocuments.TakenByBoth.Concat(FileSdDocuments.TakenByUs).Where(IsRefused).Should().BeEmpty();
        FileSdDocuments.RefusedByBoth.Concat(FileSdDocuments.RefusedByUs).Where(document => !IsRefused(document)).Should().BeEmpty();

        static bool IsRefused((string Extension, string Content) document) => TargetDocuments.ErrorsOf(document.Content, $"t.{document.Extension}").Any();
    }
}
