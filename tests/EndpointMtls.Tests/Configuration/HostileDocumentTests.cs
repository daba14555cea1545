using System.Text;
using EndpointMtls.Documents;
using FsCheck;
using FsCheck.Fluent;
using static EndpointMtls.Configuration.Model.ConfigKeys;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads random and damaged documents: the result is realms, a server, targets or errors, never an exception.</summary>
public sealed class HostileDocumentTests
{
    private static readonly string[] Samples =
    [
        "- name: eu\n  match: ['*.eu', \"10.8.0.0/16\"]\n  tls_config: &tls\n    ca_file: [ca.crt, more]\n    min_version: \"1.2\"\n  endpoints:\n    - a:1\n  mode: strict\n- tls_config: { <<: *tls, server_name: x }\n  match: [b]\n",
        "default_client_config:\n  tls_config: { enabled: true, ca_file: ca.crt }\n  server_name: x\nendpoints:\n- address: a:1\n  strict: true\n  client_config:\n    tls_config:\n      cert_file: ''\n      insecure_skip_verify: true\n    compression: snappy\n- address: b:1\n  group: true\n  service_config: |\n    { \"a\": [1] }\n",
        "%YAML 1.2\n---\nrealms:\n- &r\n  endpoints_sd_files: [{ files: [a.yaml], refresh_interval: 5m }]\n  match: [!!str a] # comment\n...\n",
        "realms: [{ match: [a] }]\nserver:\n  cert_file: c\n  key_file: k\n  client_ca_file: [ca, more]\n  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: ['*.a', b]\n  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_connection_age: 5m\n  close_on_rotation: 30s\n",
        "server: { realm: eu, client_allowed_sans: [a], min_version: \"1.2\", on_trust_removed: close }\nendpoints: [{ address: a:1 }]\n",
        "- targets: [a:1]\n  labels: { env: prod }\n",
        "[{\"targets\": [\"a:1\", \"\\u0061:2\"], \"labels\": {\"env\": \"prod\"}}]",
        "[{\"name\": \"a\\u0041\", \"match\": [\"*\"], \"tls_config\": {\"ca_file\": \"x\", \"drain_timeout\": \"1h30m\"}}]",
    ];

    private static readonly string[] Pieces =
    [
        "- ", "-", ": ", ":", "? ", "?", "[", "]", "{", "}", ",", "&a ", "*a", "*a ", "!", "!!str ", "!<x> ", "|", ">", "|-\n", "'", "\"", "\\", "%", "@", "`", "#", " #", "<<: ", "<<",
        "\n", "\r", "\r\n", "\t", " ", "  ", "---\n", "...\n", "~", "null", "true", "\0", "\u0085", "\u2028", "\uFEFF", "\uD83D\uDE00", "ä", "\\uD800", "\\x0", "realms", "endpoints", "tls_config", "address", "ca_file", "server", "client_ca_file", "a:1", "%YAML 1.1\n",
    ];

    [Test]
    public void Reads_random_text() => Check(2000, ArbMap.Default.ArbFor<string>().Generator.Select(text => text ?? ""));

    [Test]
    public void Reads_random_sequences_of_YAML_tokens() => Check(3000, Gen.Elements(Pieces).ListOf().Select(string.Concat));

    [Test]
    public void Reads_random_bytes() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsRead(bytes)).Check(Quietly(1000));

    [Test]
    public void Reads_damaged_documents() => Check(4000,
        from sample in Gen.Elements(Samples)
        from edits in Gen.Choose(1, 4)
        from places in Gen.Choose(0, 1 << 20).ArrayOf(edits * 2)
        from kinds in Gen.Choose(0, 2).ArrayOf(edits)
        from pieces in Gen.Elements(Pieces).ArrayOf(edits)
        select Enumerable.Range(0, edits).Aggregate(sample, (text, edit) => Damage(text, kinds[edit], places[2 * edit], places[(2 * edit) + 1], pieces[edit])));

    [Test]
    public void Reads_random_keys_and_values() => Check(3000, Node(4));

    private static string Damage(string text, int kind, int from, int to, string piece)
    {
        var (start, length) = (from % (text.Length + 1), to % 20);
        var end = Math.Min(text.Length, start + length);
        return kind switch
        {
            0 => text.Remove(start, end - start),
            1 => text.Insert(start, piece),
            _ => text.Insert(to % (text.Length + 1), text[start..end]),
        };
    }

    /// <summary>A node in flow style, with known keys and values.</summary>
    private static Gen<string> Node(int depth)
    {
        var leaf = Gen.Elements("a", "a:1", "''", "true", "false", "~", "1.2", "5m", "strict", "'*.a'", "'{}'", "x.yaml", "TLS_AES_128_GCM_SHA256", "NoClientCert");
        if (depth == 0)
        {
            return leaf;
        }

        var key = Gen.Elements([.. OfRealm, .. OfTlsConfig, .. OfSdFiles, .. OfThanos, .. OfThanosEndpoint, .. OfClientConfig, .. OfServer, "realms", "server", "targets", "labels", "x"]);
        var entry = from name in key
                    from value in Node(depth - 1)
                    select $"{name}: {value}";
        return Gen.Frequency(
            (2, leaf),
            (3, Node(depth - 1).ArrayOf(2).Select(items => $"[{string.Join(", ", items)}]")),
            (6, entry.ArrayOf(4).Select(entries => $"{{ {string.Join(", ", entries.DistinctBy(text => text.Split(':')[0]))} }}")));
    }

    private static void Check(int times, Gen<string> texts) =>
        Prop.ForAll(texts.ToArbitrary(), text => IsRead(Encoding.UTF8.GetBytes(text))).Check(Quietly(times));

    private static bool IsRead(byte[] content)
    {
        var (configuration, errors) = TestDocuments.CompileAll(content);
        return (errors.Count > 0 || configuration.Realms.Length > 0 || configuration.Server is not null) && AreOnOneLineEach(errors)
            && AreOnOneLineEach(TargetDocuments.Compile(content, "t.yaml").Errors) && AreOnOneLineEach(TargetDocuments.Compile(content, "t.json").Errors);
    }

    private static bool AreOnOneLineEach(ConfigurationErrors errors) => !errors.Lines.Any(error => error.Any(char.IsControl));

    private static Config Quietly(int times) => Config.QuickThrowOnFailure.WithMaxTest(times).WithQuietOnSuccess(true);
}
