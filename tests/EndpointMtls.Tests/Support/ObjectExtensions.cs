namespace EndpointMtls.Tests.Support;

/// <summary>Changes an object and returns it.</summary>
internal static class ObjectExtensions
{
    public static T With<T>(this T value, Action<T> change)
    {
        change(value);
        return value;
    }
}
