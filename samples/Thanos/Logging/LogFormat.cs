namespace Thanos.Logging;

/// <summary>The formats of <c>--log.format</c>.</summary>
public enum LogFormat
{
    Logfmt,
    Json,
}
