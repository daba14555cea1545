namespace Grpc.Core;

/// <summary>Ties calls to the server call that they are made for.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
