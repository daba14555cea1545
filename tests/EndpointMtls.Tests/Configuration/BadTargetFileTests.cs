using System.Text;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects invalid target files.</summary>
public sealed class BadTargetFileTests
{
    [TestCase("# all gone\n", "InvalidDocument t.yaml")]
    [TestCase("~", "InvalidDocument t.yaml")]
    [TestCase("{}", "WrongType FILE 1:1")]
    [TestCase("a:1", "WrongType FILE 1:1")]
    [TestCase("- name: eu\n  endpoints: [a:1]", "WrongDocument FILE 1:1")]
    [TestCase("realms:\n- endpoints: [a:1]", "WrongDocument FILE 1:1")]
    [TestCase("endpoints:\n- address: a:1", "WrongDocument FILE 1:1")]
    [TestCase("- address: a:1", "WrongDocument FILE 1:1")]
    [TestCase("- a:1\n- b:1", "WrongDocument FILE 1:1")]
    [TestCase("targets: [a:1]", "WrongDocument FILE 1:1")]
    [TestCase("apiVersion: v1\nkind: ConfigMap", "WrongDocument FILE 1:1")]
    [TestCase("scrape_configs: []", "WrongDocument FILE 1:1")]
    [TestCase("-", "WrongType groups[0] 1:2")]
    [TestCase("- targets: a:1", "WrongType groups[0].targets 1:3")]
    [TestCase("- targets: ''", "WrongType groups[0].targets 1:3")]
    [TestCase("- Targets: [a:1]", "UnknownKey groups[0].Targets 1:3")]
    [TestCase("- targets: [a:1]\n  endpoints: [b:1]", "UnknownKey groups[0].endpoints 2:3")]
    [TestCase("- targets: [a:1]\n  refresh: 5m", "UnknownKey groups[0].refresh 2:3")]
    [TestCase("- targets: [a:1]\n  targets: [b:1]", "InvalidDocument FILE 2:3")]
    [TestCase("- targets: [a:1]\n---\n- targets: [b:1]", "InvalidDocument FILE 2:1")]
    [TestCase("- targets: [a:1", "InvalidDocument FILE 2:1")]
    public void Rejects_YAML_with_place_and_fix(string yaml, params string[] errors) => TargetDocuments.Check(yaml, "t.yaml").Errors.ShouldBe(errors);

    [TestCase(" \n", "InvalidDocument t.json")]
    [TestCase("null", "InvalidDocument t.json")]
    [TestCase("{\"targets\": [\"a:1\"]}", "WrongDocument FILE 1:1")]
    [TestCase("7", "WrongType FILE 1:1")]
    [TestCase("[null]", "WrongType groups[0] 1:2")]
    public void Rejects_JSON_with_place_and_fix(string json, params string[] errors) => TargetDocuments.Check(json, "t.json").Errors.ShouldBe(errors);

    [TestCase("- targets: [[a:1], b:1]", "b:1", "WrongType groups[0].targets[0] 1:13")]
    [TestCase("- targets: [~, b:1]", "b:1", "WrongType groups[0].targets[0] 1:13")]
    [TestCase("- targets: [a:1, a, b:0, c:1]\n- targets: [d:1]", "a:1 c:1; d:1", "InvalidValue groups[0].targets[1] 1:18", "InvalidValue groups[0].targets[2] 1:21")]
    [TestCase("- targets: [a:1, dns+b, 'dnssrv+x y']", "a:1", "InvalidValue groups[0].targets[1] 1:18", "InvalidValue groups[0].targets[2] 1:25")]
    [TestCase("- targets: [a:1]\n  labels: env", "a:1", "WrongType groups[0].labels 2:3")]
    [TestCase("- targets: [a:1]\n  labels: { a: , b: x }", "a:1 b=x", "WrongType groups[0].labels.a 2:13")]
    [TestCase("- targets: [a:1]\n  labels: { '': x, a-b: y, ä: z, 'a\n': w, b: x }", "a:1 b=x",
        "InvalidValue groups[0].labels.'' 2:13", "InvalidValue groups[0].labels.a-b 2:20", "InvalidValue groups[0].labels.ä 2:28", "InvalidValue groups[0].labels.a  2:34")]
    public void Leaves_out_an_invalid_target_or_label_of_YAML_with_place_and_fix(string yaml, string remaining, params string[] warnings) =>
        LeavesOut(yaml, "t.yaml", remaining, warnings);

    [TestCase("[{\"targets\": [1, \"a:1\"]}]", "a:1", "WrongType groups[0].targets[0] 1:15")]
    [TestCase("[{\"targets\": [\"a:1\"], \"labels\": {\"a\": 1.5e3, \"b\": true,\n \"c\": null, \"d\": \"x\"}}]", "a:1 d=x",
        "WrongType groups[0].labels.a 1:34", "WrongType groups[0].labels.b 1:46", "WrongType groups[0].labels.c 2:2")]
    public void Leaves_out_an_invalid_target_or_label_of_JSON_with_place_and_fix(string json, string remaining, params string[] warnings) =>
        LeavesOut(json, "t.json", remaining, warnings);

    [Test]
    public void Rejects_an_encoding_other_than_UTF_8([Values("t.yaml", "t.json")] string path)
    {
        TargetDocuments.Compile(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("[]")).ToArray(), path).Errors.Errors
            .ShouldBe($"InvalidDocument {path}");
        TargetDocuments.Compile([.. "[]\n ä"u8, 0xFF], path).Errors.Errors.ShouldBe("InvalidDocument FILE 2:3");
    }

    [Test]
    public void Does_not_show_a_password_in_a_target() =>
        TargetDocuments.Check("- targets: ['http://user:secret@a:1']", "t.yaml").Warnings.Single().ToString().Should().Contain("://…@").And.NotContain("secret");

    private static void LeavesOut(string content, string path, string remaining, string[] warnings)
    {
        var (groups, errors) = TargetDocuments.Compile(Encoding.UTF8.GetBytes(content), path);
        errors.Errors.Should().BeEmpty();
        errors.Warnings.ShouldBe(warnings);
        groups.Show().Should().Be(remaining);
    }
}
