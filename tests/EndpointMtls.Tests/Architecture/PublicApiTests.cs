using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>Everything public is deliberate: a change of PublicApi.txt, or of PublicApi.AspNetCore.txt, is a change of the contract, and is reviewed as one.</summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext _nullability = new();

    [TestCase("EndpointMtls", "PublicApi")]
    [TestCase("EndpointMtls.AspNetCore", "PublicApi.AspNetCore")]
    public void The_public_API_is_what_was_approved(string assembly, string file)
    {
        var actual = Render(Assembly.Load(assembly));
        var approved = Repository.Path($"tests/EndpointMtls.Tests/Architecture/{file}.txt");
        var received = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{file}.received.txt");
        File.WriteAllText(received, actual);

        actual.Should().Be(File.ReadAllText(approved).ReplaceLineEndings("\n"), $"the public API changed; if that is deliberate, copy {received} over {approved}");
    }

    private string Render(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName);
            text.Append(type.BaseType is { } ancestor && ancestor != typeof(object) && ancestor != typeof(Enum) ? $" : {Name(ancestor)}" : "").Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{Convert.ToInt32(Enum.Parse(type, name), null):00} {name}");
        }

        var constructors = type.GetConstructors(Declared).Select(c => $"new({Parameters(c)})");
        var properties = type.GetProperties(Declared).Select(p =>
            $"{Name(p.PropertyType)}{Mark(_nullability.Create(p))} {p.Name} {{ get;{(p.SetMethod is not { IsPublic: true } set ? "" : IsInit(set) ? " init;" : " set;")} }}");
        var methods = type.GetMethods(Declared).Where(m => !m.IsSpecialName && !m.IsDefined(typeof(CompilerGeneratedAttribute))).Select(m =>
            $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)}{Mark(_nullability.Create(m.ReturnParameter))} {m.Name}{Generic(m)}({Parameters(m)})");
        var fields = type.GetFields(Declared).Select(f => f.IsLiteral
            ? $"const {Name(f.FieldType)} {f.Name} = {f.GetRawConstantValue()}"
            : $"{(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}");
        var events = type.GetEvents(Declared).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}");
        return [.. constructors, .. properties, .. methods, .. fields, .. events];
    }

    private string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.IsOut ? "out " : "")}{Name(p.ParameterType)}{Mark(_nullability.Create(p))} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "null") : "")}"));

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : (type.IsSealed ? "sealed " : "") + (type.GetMethod("<Clone>$") is null ? "class" : "record");

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Mark(NullabilityInfo info) => info is { ReadState: NullabilityState.Nullable, Type.IsValueType: false } ? "?" : "";

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? $"{Name(value)}?"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
