using EndpointMtls.Dns;
using EndpointMtls.Text;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Endpoints;

/// <summary>Validates <see cref="EndpointSetOptions"/>.</summary>
internal sealed class EndpointSetOptionsValidator : IValidateOptions<EndpointSetOptions>
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public ValidateOptionsResult Validate(string? name, EndpointSetOptions options)
    {
        var errors = new List<string>();
        CheckRange(nameof(options.ProbeInterval), options.ProbeInterval, TimeSpan.FromMilliseconds(100), Hour);
        CheckRange(nameof(options.ProbeTimeout), options.ProbeTimeout, TimeSpan.FromMilliseconds(10), Hour);
        CheckRange(nameof(options.UnhealthyTimeout), options.UnhealthyTimeout, TimeSpan.FromSeconds(1), Day);
        CheckRange(nameof(options.DnsInterval), options.DnsInterval, TimeSpan.FromSeconds(1), Day);
        CheckRange(nameof(options.DnsTimeout), options.DnsTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Check(
            options.MaxParallelProbes > 0,
            $"{nameof(options.MaxParallelProbes)}: '{options.MaxParallelProbes}' is out of range. Use at least 1.");
        Check(
            Enum.IsDefined(options.Readiness),
            $"{nameof(options.Readiness)}: '{options.Readiness}' is not a valid value. " +
            $"{Suggestions.OneOf(Enum.GetNames<ReadinessPolicy>())}.");
        for (var index = 0; index < options.NameServers.Count; index++)
        {
            var text = options.NameServers[index];
            Check(
                NameServerText.TryParse(text, out _),
                $"{nameof(options.NameServers)}[{index}]: '{Snippet.Truncate(text)}' is not the address of a name server. " +
                "Write an IP address, with or without a port, such as '10.0.0.53' or '[2001:db8::53]:5353'.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckRange(string option, TimeSpan value, TimeSpan min, TimeSpan max) => Check(
            value >= min && value <= max,
            $"{option}: '{Duration.Format(value)}' is out of range. Use a duration from {Duration.Format(min)} to {Duration.Format(max)}.");

        void Check(bool isValid, string error)
        {
            if (!isValid)
            {
                errors.Add($"{nameof(EndpointSetOptions)}.{error}");
            }
        }
    }
}
