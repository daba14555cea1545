using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EndpointMtls.Tests.Support;

/// <summary>What the library's documentation file says of its options, in the words of YAML.</summary>
internal static partial class XmlSummaries
{
    private static readonly Dictionary<string, XElement> Members =
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "EndpointMtls.xml")).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>The summary of a property and what it says of its value, without what only C# needs.</summary>
    public static string Of(PropertyInfo property)
    {
        var member = Members[$"P:{property.DeclaringType!.FullName}.{property.Name}"];
        return Tidy($"{Yaml().Replace(TextOf(member.Element("summary")!), "")} {TextOf(member.Element("value")!)}");
    }

    /// <summary>The word that YAML has for a value of an enumeration.</summary>
    public static string WordOf(Enum value) =>
        Members[$"F:{value.GetType().FullName}.{value}"].Element("summary")!.Elements("c").Last().Value.Trim('"');

    private static string TextOf(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"'{code.Value}'",
        XElement { Name.LocalName: "see" } see => $"'{WordOf(see)}'",
        _ => throw new AssertionException($"Unknown element in the documentation: {node}"),
    }));

    private static string WordOf(XElement see)
    {
        if (see.Attribute("langword") is { } word)
        {
            return word.Value;
        }

        var name = see.Attribute("cref")!.Value;
        var member = name[(name.LastIndexOf('.') + 1)..];
        return name[0] switch
        {
            'F' when name.Contains(".SslProtocols.", StringComparison.Ordinal) => member switch { "Tls12" => "1.2", "Tls13" => "1.3", _ => member },
            'F' => Members[name].Element("summary")!.Elements("c").LastOrDefault()?.Value.Trim('"') ?? member,
            'T' => member,
            _ => DocumentedKeys.SnakeOf(member),
        };
    }

    private static string Tidy(string text) => Space().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s*YAML: .*", RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
