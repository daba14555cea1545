using System.Reflection;
using System.Xml.Linq;

namespace EndpointMtls.Tests.Support;

/// <summary>The sources this test project was built from.</summary>
internal static class Repository
{
    // Not from CallerFilePath: deterministic builds replace the folder in it.
    private static readonly string Library = System.IO.Path.GetDirectoryName(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "LibraryProject").Value)!;

    /// <summary>The version that Directory.Build.props gives to everything built from these sources.</summary>
    public static string Version => XDocument.Load(Path("Directory.Build.props")).Descendants("VersionPrefix").Single().Value;

    public static string Path(string relative) => System.IO.Path.GetFullPath(relative, System.IO.Path.Combine(Library, "../.."));
}
