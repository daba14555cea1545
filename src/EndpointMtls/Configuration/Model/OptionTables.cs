using System.Net.Security;

namespace EndpointMtls.Configuration.Model;

/// <summary>Every option of TLS and of a server. What reads, checks, compares, copies, documents or suggests options follows these tables.</summary>
internal static class OptionTables
{
    private const string MaxVersion = "max_version";

    /// <summary>The options of a <c>tls_config</c>.</summary>
    public static readonly OptionTable<TlsOptions> Tls = new(
        OfTls(ConfigKeys.Enabled, OptionTypes.Boolean, tls => tls.Enabled, (tls, value) => tls.Enabled = value, OptionChange.AppliesLater),
        OfTls(ConfigKeys.CertFile, OptionTypes.Path, tls => tls.CertFile, (tls, value) => tls.CertFile = value, OptionChange.Files),
        OfTls(ConfigKeys.KeyFile, OptionTypes.Path, tls => tls.KeyFile, (tls, value) => tls.KeyFile = value, OptionChange.Files,
            rule: (checks, tls) => checks.CheckIdentity(tls.CertFile, tls.KeyFile, tls.KeyPasswordFile)),
        OfTls(ConfigKeys.KeyPasswordFile, OptionTypes.Path, tls => tls.KeyPasswordFile, (tls, value) => tls.KeyPasswordFile = value, OptionChange.Files),
        new ListOption<TlsOptions, string>(ConfigKeys.CaFile, OptionTypes.Paths, tls => tls.CaFile) { Change = OptionChange.Files },
        OfTls(ConfigKeys.UseSystemRoots, OptionTypes.Boolean, tls => tls.UseSystemRoots, (tls, value) => tls.UseSystemRoots = value, OptionChange.Handshakes),
        OfTls(ConfigKeys.InsecureSkipVerify, OptionTypes.Boolean, tls => tls.InsecureSkipVerify, (tls, value) => tls.InsecureSkipVerify = value, OptionChange.Handshakes),
        OfTls(ConfigKeys.ServerName, OptionTypes.OptionalText, tls => tls.ServerName, (tls, value) => tls.ServerName = value, OptionChange.Handshakes),
        OfTls(ConfigKeys.MinVersion, OptionTypes.TlsVersion, tls => tls.MinVersion, (tls, value) => tls.MinVersion = value, OptionChange.Handshakes),
        OfTls(MaxVersion, OptionTypes.TlsVersion, tls => tls.MaxVersion, (tls, value) => tls.MaxVersion = value, OptionChange.Handshakes,
            rule: (checks, tls) => TlsVersions.Of(tls).Check(checks, MaxVersion)),
        OfTls(ConfigKeys.CheckInterval, CheckInterval, tls => tls.CheckInterval, (tls, value) => tls.CheckInterval = value, OptionChange.AppliesLater),
        OfTls(ConfigKeys.RotationJitter, OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), tls => tls.RotationJitter, (tls, value) => tls.RotationJitter = value, OptionChange.AppliesLater),
        OfTls(ConfigKeys.DrainTimeout, OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromHours(24)), tls => tls.DrainTimeout, (tls, value) => tls.DrainTimeout = value, OptionChange.AppliesLater),
        OfTls(ConfigKeys.CaOverlap, CaOverlap, tls => tls.CaOverlap, (tls, value) => tls.CaOverlap = value, OptionChange.AppliesLater),
        OfTls(ConfigKeys.OnTrustRemoved, OptionTypes.TrustRemovedAction, tls => tls.OnTrustRemoved, (tls, value) => tls.OnTrustRemoved = value, OptionChange.Handshakes),
        OfTls(ConfigKeys.OnExpired, OptionTypes.ExpiredAction, tls => tls.OnExpired, (tls, value) => tls.OnExpired = value, OptionChange.AppliesLater));

    /// <summary>The options of a <c>server</c>.</summary>
    public static readonly OptionTable<ServerTlsOptions> Server = new(
        OfServer(ConfigKeys.Name, OptionTypes.Text, server => server.Name, (server, value) => server.Name = value, isOfOwnFiles: true),
        OfServer(ConfigKeys.Realm, OptionTypes.Text, server => server.Realm, (server, value) => server.Realm = value),
        OfServer(ConfigKeys.CertFile, OptionTypes.Path, server => server.CertFile, (server, value) => server.CertFile = value, isOfOwnFiles: true),
        OfServer(ConfigKeys.KeyFile, OptionTypes.Path, server => server.KeyFile, (server, value) => server.KeyFile = value, isOfOwnFiles: true,
            rule: (checks, server) => checks.CheckIdentity(server.CertFile, server.KeyFile, server.KeyPasswordFile)),
        OfServer(ConfigKeys.KeyPasswordFile, OptionTypes.Path, server => server.KeyPasswordFile, (server, value) => server.KeyPasswordFile = value, isOfOwnFiles: true),
        new ListOption<ServerTlsOptions, string>(
            ConfigKeys.ClientCaFile, OptionTypes.NonEmpty(OptionTypes.Paths, "It would let nobody in", mayBeBlank: true), server => server.ClientCaFile)
        { IsOfOwnFiles = true },
        OfServer(ConfigKeys.ClientAuthType, OptionTypes.ClientAuthType, server => server.ClientAuthType, (server, value) => server.ClientAuthType = value),
        new ListOption<ServerTlsOptions, string>(
            ConfigKeys.ClientAllowedSans, OptionTypes.NonEmpty(OptionTypes.Texts, "It could mean that nobody gets in, or everybody"), server => server.ClientAllowedSans),
        OfServer(ConfigKeys.MinVersion, OptionTypes.TlsVersion, server => server.MinVersion, (server, value) => server.MinVersion = value),
        OfServer(MaxVersion, OptionTypes.TlsVersion, server => server.MaxVersion, (server, value) => server.MaxVersion = value,
            rule: (checks, server) => TlsVersions.Of(server).Check(checks, MaxVersion)),
        new ListOption<ServerTlsOptions, TlsCipherSuite>(
            ConfigKeys.CipherSuites, OptionTypes.NonEmpty(OptionTypes.CipherSuites, "No connection could be made"), server => server.CipherSuites),
        OfServer(ConfigKeys.CheckInterval, CheckInterval, server => server.CheckInterval, (server, value) => server.CheckInterval = value, isOfOwnFiles: true),
        OfServer(ConfigKeys.CaOverlap, CaOverlap, server => server.CaOverlap, (server, value) => server.CaOverlap = value, isOfOwnFiles: true),
        OfServer(ConfigKeys.OnExpired, OptionTypes.ExpiredAction, server => server.OnExpired, (server, value) => server.OnExpired = value, isOfOwnFiles: true),
        OfServer(ConfigKeys.MaxConnectionAge, MaxConnectionAge, server => server.MaxConnectionAge, (server, value) => server.MaxConnectionAge = value),
        OfServer(ConfigKeys.MaxConnectionAgeGrace, MaxConnectionAgeGrace, server => server.MaxConnectionAgeGrace, (server, value) => server.MaxConnectionAgeGrace = value),
        OfServer(ConfigKeys.CloseOnRotation, CloseOnRotation, server => server.CloseOnRotation, (server, value) => server.CloseOnRotation = value),
        OfServer(ConfigKeys.OnClientCertExpired, OptionTypes.ClientCertificateExpiredAction, server => server.OnClientCertExpired, (server, value) => server.OnClientCertExpired = value),
        OfServer(ConfigKeys.OnTrustRemoved, OptionTypes.TrustRemovedAction, server => server.OnTrustRemoved, (server, value) => server.OnTrustRemoved = value));

    private static OptionType<TimeSpan> CheckInterval => OptionTypes.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

    private static OptionType<TimeSpan> CaOverlap => OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromDays(30));

    // Younger connections may not have been used yet: a client that must leave then loses the request it connected for.
    private static OptionType<TimeSpan?> MaxConnectionAge => OptionTypes.OptionalDuration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));

    private static OptionType<TimeSpan?> MaxConnectionAgeGrace =>
        OptionTypes.OptionalDuration(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(365), OptionTypes.ReadGrace);

    private static OptionType<TimeSpan?> CloseOnRotation => OptionTypes.OptionalDuration(TimeSpan.Zero, TimeSpan.FromHours(24), OptionTypes.ReadWindow);

    private static ValueOption<TlsOptions, T> OfTls<T>(
        string key, OptionType<T> type, Func<TlsOptions, T> get, Action<TlsOptions, T> set, OptionChange change, Action<OptionChecks, TlsOptions>? rule = null) =>
        new(key, type, get, set) { Change = change, Rule = rule };

    private static ValueOption<ServerTlsOptions, T> OfServer<T>(
        string key, OptionType<T> type, Func<ServerTlsOptions, T> get, Action<ServerTlsOptions, T> set, bool isOfOwnFiles = false, Action<OptionChecks, ServerTlsOptions>? rule = null) =>
        new(key, type, get, set) { IsOfOwnFiles = isOfOwnFiles, Rule = rule };
}
