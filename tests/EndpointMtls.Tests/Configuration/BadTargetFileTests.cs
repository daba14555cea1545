using System.Text;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Files that are no list of targets: word for word.</summary>
public sealed class BadTargetFileTests
{
    private const string RealmsFix = "Give it to AddEndpointMtls, and keep targets in a file of their own: '- targets: [host:port]'.";
    private const string ThanosFix = "Write the addresses alone: '- targets: [host:port]'.";

    [TestCase("# all gone\n", "t.yaml: is empty. Write '[]' if there are no targets.")]
    [TestCase("~", "t.yaml: is empty. Write '[]' if there are no targets.")]
    [TestCase("{}", "t.yaml: must be a list of groups of targets, not a group of keys (t.yaml:1:1). Begin each group with '- targets: [host:port]'.")]
    [TestCase("a:1", "t.yaml: must be a list of groups of targets, not a single value (t.yaml:1:1). Begin each group with '- targets: [host:port]'.")]
    [TestCase("- name: eu\n  endpoints: [a:1]", $"t.yaml: is a list of realms, and not of targets (t.yaml:1:1). {RealmsFix}")]
    [TestCase("realms:\n- endpoints: [a:1]", $"t.yaml: is a list of realms, and not of targets (t.yaml:1:1). {RealmsFix}")]
    [TestCase("endpoints:\n- address: a:1", $"t.yaml: is a list of endpoints as Thanos has it, and not of targets (t.yaml:1:1). {ThanosFix}")]
    [TestCase("- address: a:1", $"t.yaml: is a list of endpoints as Thanos has it, and not of targets (t.yaml:1:1). {ThanosFix}")]
    [TestCase("- a:1\n- b:1", "t.yaml: is a list of addresses, and not of groups of them (t.yaml:1:1). Put them into a group: '- targets: [a:443, b:443]'.")]
    [TestCase("targets: [a:1]", "t.yaml: is one group of targets, and not a list of them (t.yaml:1:1). Put '- ' before its first key, and indent the others by as much; in JSON, put it in '[' and ']'.")]
    [TestCase("apiVersion: v1\nkind: ConfigMap", "t.yaml: is a Kubernetes object, and not a list of targets (t.yaml:1:1). Mount its data as a file, and give the path of that.")]
    [TestCase("scrape_configs: []", "t.yaml: is the configuration of Prometheus, and not a list of targets (t.yaml:1:1). Give the path of a file that it names under 'file_sd_configs'.")]
    [TestCase("-", "groups[0]: must be a group of keys, not nothing (t.yaml:1:2). Write '- targets: [host:port]'.")]
    [TestCase("- targets: a:1", "groups[0].targets: must be a list, not a single value (t.yaml:1:3). Write '[host:port]'.")]
    [TestCase("- targets: ''", "groups[0].targets: must be a list, not a single value (t.yaml:1:3). Write '[host:port]'.")]
    [TestCase("- targets: [[a:1]]", "groups[0].targets[0]: must be text, not a list (t.yaml:1:13). Give one value in quotes, or remove it.")]
    [TestCase("- targets: [~]", "groups[0].targets[0]: must be text, not nothing (t.yaml:1:13). Give one value in quotes, or remove it.")]
    [TestCase("- Targets: [a:1]", "groups[0].Targets: unknown key (t.yaml:1:3). Did you mean 'targets'?")]
    [TestCase("- targets: [a:1]\n  endpoints: [b:1]", "groups[0].endpoints: unknown key (t.yaml:2:3). In a file of targets it is 'targets', a list.")]
    [TestCase("- targets: [a:1]\n  refresh: 5m", "groups[0].refresh: unknown key (t.yaml:2:3). Known keys: targets, labels.")]
    [TestCase("- labels: env", "groups[0].labels: must be a group of keys, not a single value (t.yaml:1:3). Write '{ name: value }'.")]
    [TestCase("- labels: { a: }", "groups[0].labels.a: must be text, not nothing (t.yaml:1:13). Give one value in quotes, or remove it.")]
    [TestCase("- labels: { '': x, a-b: y, ä: z, 'a\n': w }",
        "groups[0].labels.'': is not the name of a label (t.yaml:1:13). Use letters, digits and underscores, and begin with no digit.",
        "groups[0].labels.a-b: is not the name of a label (t.yaml:1:20). Use letters, digits and underscores, and begin with no digit.",
        "groups[0].labels.ä: is not the name of a label (t.yaml:1:28). Use letters, digits and underscores, and begin with no digit.",
        "groups[0].labels.a : is not the name of a label (t.yaml:1:34). Use letters, digits and underscores, and begin with no digit.")]
    [TestCase("- targets: [a:1]\n  targets: [b:1]", "t.yaml: the key 'targets' stands here a second time, after line 1 (t.yaml:2:3). Keep one of the two.")]
    [TestCase("- targets: [a:1]\n---\n- targets: [b:1]", "t.yaml: has more than one YAML document (t.yaml:2:1). Keep everything in one list.")]
    [TestCase("- targets: [a:1", "t.yaml: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']' (t.yaml:2:1). Close the bracket.")]
    public void Rejects_YAML_with_place_and_fix(string yaml, params string[] messages) => TargetDocuments.ErrorsOf(yaml, "t.yaml").Should().Equal(messages);

    [TestCase(" \n", "t.json: is empty. Write '[]' if there are no targets.")]
    [TestCase("null", "t.json: is empty. Write '[]' if there are no targets.")]
    [TestCase("{\"targets\": [\"a:1\"]}", "t.json: is one group of targets, and not a list of them (t.json:1:1). Put '- ' before its first key, and indent the others by as much; in JSON, put it in '[' and ']'.")]
    [TestCase("7", "t.json: must be a list of groups of targets, not a number (t.json:1:1). Begin each group with '- targets: [host:port]'.")]
    [TestCase("[null]", "groups[0]: must be a group of keys, not nothing (t.json:1:2). Write '- targets: [host:port]'.")]
    [TestCase("[{\"targets\": [1]}]", "groups[0].targets[0]: must be text, not a number (t.json:1:15). Put it in quotes.")]
    [TestCase("[{\"labels\": {\"a\": 1.5e3, \"b\": true,\n \"c\": null}}]",
        "groups[0].labels.a: must be text, not a number (t.json:1:14). Put it in quotes.",
        "groups[0].labels.b: must be text, not the literal true (t.json:1:26). Put it in quotes.",
        "groups[0].labels.c: must be text, not nothing (t.json:2:2). Give one value in quotes, or remove it.")]
    public void Rejects_JSON_with_place_and_fix(string json, params string[] messages) => TargetDocuments.ErrorsOf(json, "t.json").Should().Equal(messages);

    [Test]
    public void Another_encoding_than_UTF_8_is_refused([Values("t.yaml", "t.json")] string path)
    {
        TargetDocuments.Compile(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("[]")).ToArray(), path).Errors.All()
            .Should().Equal($"{path}: is encoded as UTF-16. Save it as UTF-8.");
        TargetDocuments.Compile([.. "[]\n ä"u8, 0xFF], path).Errors.All()
            .Should().Equal($"{path}: is not encoded as UTF-8: byte 0xff does not belong there ({path}:2:3). Save it as UTF-8.");
    }

    [Test]
    public void A_password_in_a_target_is_not_shown() =>
        TargetDocuments.ErrorsOf("- targets: ['http://user:secret@a:1']", "t.yaml").Single().Should().Contain("://…@").And.NotContain("secret");
}
