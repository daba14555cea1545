namespace EndpointMtls.Tests.Support;

/// <summary>Changes a thing and goes on with it.</summary>
internal static class Changes
{
    public static T With<T>(this T thing, Action<T> change)
    {
        change(thing);
        return thing;
    }
}
