using System.Globalization;
using System.Text;

namespace EndpointMtls.Benchmarks;

/// <summary>Writes YAML files that list many endpoints.</summary>
internal static class Documents
{
    private const int Realms = 10;

    public static string Write(DocumentShape shape, int endpoints) => shape == DocumentShape.Realms ? WriteRealms(endpoints) : WriteThanos(endpoints);

    private static string WriteRealms(int endpoints)
    {
        var text = new StringBuilder();
        for (var index = 0; index < endpoints; index++)
        {
            if (index % (endpoints / Realms) == 0)
            {
                var realm = $"realm-{index / (endpoints / Realms)}";
                text.AppendLine(CultureInfo.InvariantCulture, $"- name: {realm}");
                text.AppendLine(CultureInfo.InvariantCulture, $"  tls_config: {{ cert_file: {realm}/tls.crt, key_file: {realm}/tls.key, ca_file: {realm}/ca.crt }}");
                text.AppendLine("  endpoints:");
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"    - {Address(index)}");
        }

        return text.ToString();
    }

    private static string WriteThanos(int endpoints)
    {
        var text = new StringBuilder();
        text.AppendLine("default_client_config:");
        text.AppendLine("  tls_config: { cert_file: tls.crt, key_file: tls.key, ca_file: ca.crt }");
        text.AppendLine("endpoints:");
        for (var index = 0; index < endpoints; index++)
            text.AppendLine(CultureInfo.InvariantCulture, $"  - address: {Address(index)}");

        return text.ToString();
    }

    private static string Address(int index) => $"store-{index}.eu.example.com:10901";
}
