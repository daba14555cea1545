using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads YAML features, and rejects hostile documents quickly.</summary>
public sealed class YamlFeatureTests
{
    [Test]
    public void Resolves_an_alias()
    {
        var realms = TestDocuments.Read("""
            - &eu
              name: &name eu
              tls_config: &tls { ca_file: /ca.crt, min_version: &version "1.2" }
              endpoints: [a:1]
            - tls_config: *tls
              match: [*name]
            - tls_config: { ca_file: /other.crt, min_version: *version }
              endpoints: [b:1]
            """);

        realms[1].Tls!.IsSameAs(realms[0].Tls).Should().BeTrue();
        realms[1].Match.Single().Text.Should().Be("eu");
        realms[2].Tls!.Versions.Should().Be(realms[0].Tls!.Versions);
    }

    [Test]
    public void Prefers_own_keys_to_merged_ones_and_earlier_merges_to_later_ones()
    {
        var realms = TestDocuments.Read("""
            - tls_config: &a { ca_file: /a.crt, server_name: a, drain_timeout: 1m }
              match: [a]
            - tls_config: &b { ca_file: /b.crt, server_name: b, drain_timeout: 2m, rotation_jitter: 3s }
              match: [b]
            - tls_config: { <<: [*a, *b], ca_file: /own.crt }
              match: [c]
            - tls_config: { server_name: own, <<: *b }
              match: [d]
            """);

        realms[2].Tls.Should().BeEquivalentTo(new { CaFiles = ImmutableArray.Create("/own.crt"), ServerName = "a", DrainTimeout = TimeSpan.FromMinutes(1), RotationJitter = TimeSpan.FromSeconds(3) });
        realms[3].Tls.Should().BeEquivalentTo(new { CaFiles = ImmutableArray.Create("/b.crt"), ServerName = "own", DrainTimeout = TimeSpan.FromMinutes(2) });
    }

    [Test]
    public void Allows_an_anchor_to_be_defined_again() =>
        TestDocuments.Read("- name: &x a\n  match: [a]\n- name: &x b\n  match: [b]\n- match: [*x]")[2].Match.Single().Text.Should().Be("b");

    [Test]
    public void Locates_an_error_in_a_merged_value_at_the_value() =>
        TestDocuments.ErrorsOf("- tls_config: &tls\n    ca_file: /ca.crt\n    min_version: 7\n  match: [a]\n- tls_config: { <<: *tls, server_name: b }\n  match: [b]").ShouldBe(
            "InvalidValue realms[0].tls_config.min_version 3:5",
            "InvalidValue realms[1].tls_config.min_version 3:5");

    [TestCase("%YAML 1.1\n---\n- match: [a]")]
    [TestCase("%YAML 1.2 \n# comment\n---\n- match: [a]\n...\n")]
    [TestCase("\uFEFF- match: [a]")]
    [TestCase("- match: [!!str a]")]
    [TestCase("- match:\r\n  - a\r\n")]
    [TestCase("[\n\t{\n\t\t\"match\": [\"a\"]\n\t}\n]")]
    [TestCase("- \"match\": ['a'] # a\n")]
    [TestCase("realms:\n- match: [a]")]
    [TestCase("- match:\n  # -\ttab in a comment\n  - |-\n    a")]
    public void Reads(string yaml) => TestDocuments.Read(yaml).Single().Match.Single().Text.Should().Be("a");

    [Test]
    public void Reads_null_with_a_string_tag_as_text() => TestDocuments.Read("- name: !!str null\n  match: [a]").Single().Name.Should().Be("null");

    [TestCase(new byte[] { 0xFF, 0xFE, (byte)'-', 0 }, "InvalidDocument /etc/realms.yaml")]
    [TestCase(new byte[] { 0xFE, 0xFF, 0, (byte)'-' }, "InvalidDocument /etc/realms.yaml")]
    [TestCase(new byte[] { (byte)'-', (byte)'\n', (byte)'-', (byte)' ', 0xC3, 0xA4, 0xE4 }, "InvalidDocument FILE 2:4")]
    [TestCase(new byte[] { 0xC3 }, "InvalidDocument FILE 1:1")]
    public void Rejects_another_encoding(byte[] content, string error) => TestDocuments.Compile(content).Errors.Errors.ShouldBe(error);

    [Test]
    public async Task Rejects_a_billion_laughs()
    {
        var yaml = new StringBuilder("- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"- &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        }

        (await Task.Run(() => TestDocuments.ErrorsOf(yaml.ToString()).ToList()).WithTimeout()).ShouldBe("InvalidDocument FILE 6:23");
    }

    [Test]
    public void Rejects_too_many_aliases() =>
        TestDocuments.ErrorsOf("- &a { a: b, c: d }\n" + string.Concat(Enumerable.Range(1, 400_000).Select(_ => "- *a\n"))).ShouldBe("InvalidDocument FILE 100000:3");

    [Test]
    public void Rejects_a_document_that_is_nested_too_deeply()
    {
        TestDocuments.ErrorsOf(new string('[', 100_000)).ShouldBe("InvalidDocument FILE 1:33");
        TestDocuments.ErrorsOf(string.Concat(Enumerable.Repeat("- ", 100_000))).ShouldBe("InvalidDocument FILE 1:65");
    }

    [Test]
    public void Rejects_aliases_that_are_nested_too_deeply() =>
        TestDocuments.ErrorsOf("- &a0 []\n" + string.Concat(Enumerable.Range(1, 1000).Select(level => $"- &a{level} [*a{level - 1}]\n")))
            .ShouldBe("InvalidDocument FILE 32:9");

    [Test]
    public void Rejects_a_file_that_is_too_large() =>
        TestDocuments.ErrorsOf("#" + new string(' ', 4 << 20)).ShouldBe("InvalidDocument /etc/realms.yaml");

    [Test]
    public void Reports_a_thousand_errors_and_counts_the_others()
    {
        var errors = TestDocuments.Compile(string.Concat(Enumerable.Range(0, 100_000).Select(_ => "- []\n"))).Errors;

        (errors.Errors.Count, errors.Count).Should().Be((1000, 100_000));
        errors.Lines.Last().Should().Be("… and 99000 more.");
    }

    [TestCaseSource(nameof(SlowDocuments))]
    public async Task Rejects_documents_that_are_designed_to_be_slow(string yaml) =>
        (await Task.Run(() => TestDocuments.ErrorsOf(yaml).ToList()).WithTimeout()).Should().ContainSingle().Which.ToString().Length.Should().BeLessThan(300);

    private static IEnumerable<TestCaseData> SlowDocuments =>
    [
        new TestCaseData($"- {new string('a', 1 << 20)}: b").SetArgDisplayNames("long key"),
        new TestCaseData(new string('{', 1 << 20)).SetArgDisplayNames("open braces"),
        new TestCaseData("- \"" + new string('\n', 1 << 20)).SetArgDisplayNames("open quote"),
        new TestCaseData("- match: ['" + new string('a', 3 << 20) + "']").SetArgDisplayNames("long pattern"),
        new TestCaseData("%" + new string(' ', 1 << 20)).SetArgDisplayNames("long directive"),
        new TestCaseData(string.Concat(Enumerable.Repeat(" \n", 1 << 20))).SetArgDisplayNames("empty lines"),
    ];
}
