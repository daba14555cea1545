namespace Grpc.Core;

/// <summary>What a server call passes on to the calls made for it.</summary>
public class ContextPropagationOptions
{
    /// <summary>Passes everything on.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Creates options that by default pass everything on.</summary>
    public ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
    {
        IsPropagateDeadline = propagateDeadline;
        IsPropagateCancellation = propagateCancellation;
    }

    /// <summary>Whether the deadline is passed on.</summary>
    public bool IsPropagateDeadline { get; }

    /// <summary>Whether cancellation is passed on.</summary>
    public bool IsPropagateCancellation { get; }
}
