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
    [TestCase("- targets: [[a:1]]", "WrongType groups[0].targets[0] 1:13")]
    [TestCase("- targets: [~]", "WrongType groups[0].targets[0] 1:13")]
    [TestCase("- Targets: [a:1]", "UnknownKey groups[0].Targets 1:3")]
    [TestCase("- targets: [a:1]\n  endpoints: [b:1]", "UnknownKey groups[0].endpoints 2:3")]
    [TestCase("- targets: [a:1]\n  refresh: 5m", "UnknownKey groups[0].refresh 2:3")]
    [TestCase("- labels: env", "WrongType groups[0].labels 1:3")]
    [TestCase("- labels: { a: }", "WrongType groups[0].labels.a 1:13")]
    [TestCase("- labels: { '': x, a-b: y, ä: z, 'a\n': w }",
        "InvalidValue groups[0].labels.'' 1:13", "InvalidValue groups[0].labels.a-b 1:20", "InvalidValue groups[0].labels.ä 1:28", "InvalidValue groups[0].labels.a  1:34")]
    [TestCase("- targets: [a:1]\n  targets: [b:1]", "InvalidDocument FILE 2:3")]
    [TestCase("- targets: [a:1]\n---\n- targets: [b:1]", "InvalidDocument FILE 2:1")]
    [TestCase("- targets: [a:1", "InvalidDocument FILE 2:1")]
    public void Rejects_YAML_with_place_and_fix(string yaml, params string[] errors) => TargetDocuments.ErrorsOf(yaml, "t.yaml").ShouldBe(errors);

    [TestCase(" \n", "InvalidDocument t.json")]
    [TestCase("null", "InvalidDocument t.json")]
    [TestCase("{\"targets\": [\"a:1\"]}", "WrongDocument FILE 1:1")]
    [TestCase("7", "WrongType FILE 1:1")]
    [TestCase("[null]", "WrongType groups[0] 1:2")]
    [TestCase("[{\"targets\": [1]}]", "WrongType groups[0].targets[0] 1:15")]
    [TestCase("[{\"labels\": {\"a\": 1.5e3, \"b\": true,\n \"c\": null}}]",
        "WrongType groups[0].labels.a 1:14", "WrongType groups[0].labels.b 1:26", "WrongType groups[0].labels.c 2:2")]
    public void Rejects_JSON_with_place_and_fix(string json, params string[] errors) => TargetDocuments.ErrorsOf(json, "t.json").ShouldBe(errors);

    [Test]
    public void Rejects_an_encoding_other_than_UTF_8([Values("t.yaml", "t.json")] string path)
    {
        TargetDocuments.Compile(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("[]")).ToArray(), path).Errors.Errors
            .ShouldBe($"InvalidDocument {path}");
        TargetDocuments.Compile([.. "[]\n ä"u8, 0xFF], path).Errors.Errors.ShouldBe("InvalidDocument FILE 2:3");
    }

    [Test]
    public void Does_not_show_a_password_in_a_target() =>
        TargetDocuments.ErrorsOf("- targets: ['http://user:secret@a:1']", "t.yaml").Single().ToString().Should().Contain("://…@").And.NotContain("secret");
}
