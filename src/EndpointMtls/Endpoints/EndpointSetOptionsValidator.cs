using EndpointMtls.Dns;
using EndpointMtls.Text;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Endpoints;

/// <summary>Checks the ranges of <see cref="EndpointSetOptions"/>.</summary>
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
        Check(options.MaxParallelProbes > 0, $"{nameof(options.MaxParallelProbes)}: {options.MaxParallelProbes} is out of range. At least 1.");
        Check(Enum.IsDefined(options.Readiness), $"{nameof(options.Readiness)}: '{options.Readiness}' is not one of its values. Use {string.Join(" or ", Enum.GetNames<ReadinessPolicy>())}.");
        for (var index = 0; index < options.NameServers.Count; index++)
        {
            var text = options.NameServers[index];
            Check(NameServerText.TryParse(text, out _), $"{nameof(options.NameServers)}[{index}]: '{Snippet.Truncate(text)}' is not a DNS server. Write its IP address, with a port or without, such as '10.0.0.53' or '[2001:db8::53]:5353'.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckRange(string option, TimeSpan value, TimeSpan least, TimeSpan most) =>
            Check(value >= least && value <= most, $"{option}: {Duration.Format(value)} is out of range. From {Duration.Format(least)} to {Duration.Format(most)}.");

        void Check(bool isRight, string error)
        {
            if (!isRight)
            {
                errors.Add($"{nameof(EndpointSetOptions)}.{error}");
            }
        }
    }
}
