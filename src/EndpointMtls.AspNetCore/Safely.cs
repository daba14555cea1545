namespace EndpointMtls.AspNetCore;

/// <summary>Does what may fail where nobody could help, and where an exception would end the process or keep others from their turn.</summary>
internal static class Safely
{
    public static void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // A connection that ends at this moment, what others do when it is closed, or a log that is full.
        }
    }
}
