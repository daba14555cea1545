namespace EndpointMtls.Async;

/// <summary>Tells what has happened where an exception would end the process or fail somebody who has no part in it.</summary>
internal static class Telling
{
    public static void Safely(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception)
        {
            // A log that is full stops neither a timer nor a handshake, and there is nobody left to be told.
        }
    }
}
