using System.Net.Security;

namespace EndpointMtls.Configuration.Model;

/// <summary>
/// The descriptors of all options of TLS, of channels and of a server. Reading, checks, comparison, copies, hints and the JSON schema are
/// derived from these tables.
/// </summary>
/// <remarks>
/// Defaults are the property initialisers of <see cref="TlsOptions"/>, <see cref="RealmOptions"/> and <see cref="ServerTlsOptions"/>.
/// </remarks>
internal static class OptionTables
{
    /// <summary>The options of a <c>tls_config</c>.</summary>
    public static readonly OptionTable<TlsOptions> Tls = new(
        OfTls(ConfigKeys.Enabled, OptionTypes.Boolean, OptionChange.AppliesLater,
            tls => tls.Enabled, (tls, value) => tls.Enabled = value),
        OfTls(ConfigKeys.CertFile, OptionTypes.Path, OptionChange.Files,
            tls => tls.CertFile, (tls, value) => tls.CertFile = value),
        OfTls(ConfigKeys.KeyFile, OptionTypes.Path, OptionChange.Files,
            tls => tls.KeyFile, (tls, value) => tls.KeyFile = value,
            rule: (checks, tls) => checks.CheckIdentity(tls.CertFile, tls.KeyFile, tls.KeyPasswordFile)),
        OfTls(ConfigKeys.KeyPasswordFile, OptionTypes.Path, OptionChange.Files,
            tls => tls.KeyPasswordFile, (tls, value) => tls.KeyPasswordFile = value),
        new ListOption<TlsOptions, string>(ConfigKeys.CaFile, OptionTypes.Paths, tls => tls.CaFile) { Change = OptionChange.Files },
        new ListOption<TlsOptions, string>(ConfigKeys.CrlFile, CrlFile, tls => tls.CrlFile) { Change = OptionChange.Files },
        OfTls(ConfigKeys.CrlMode, OptionTypes.CrlMode, OptionChange.Handshakes,
            tls => tls.CrlMode, (tls, value) => tls.CrlMode = value,
            rule: (checks, tls) => checks.CheckCrlMode(tls.CrlMode, ConfigKeys.CrlMode, tls.CrlFile, ConfigKeys.CrlFile)),
        OfTls(ConfigKeys.UseSystemRoots, OptionTypes.Boolean, OptionChange.Handshakes,
            tls => tls.UseSystemRoots, (tls, value) => tls.UseSystemRoots = value),
        OfTls(ConfigKeys.InsecureSkipVerify, OptionTypes.Boolean, OptionChange.Handshakes,
            tls => tls.InsecureSkipVerify, (tls, value) => tls.InsecureSkipVerify = value),
        OfTls(ConfigKeys.AllowWeakCertificates, OptionTypes.Boolean, OptionChange.Files | OptionChange.Handshakes,
            tls => tls.AllowWeakCertificates, (tls, value) => tls.AllowWeakCertificates = value),
        OfTls(ConfigKeys.VerifyCommonName, OptionTypes.Boolean, OptionChange.Handshakes,
            tls => tls.VerifyCommonName, (tls, value) => tls.VerifyCommonName = value),
        new ListOption<TlsOptions, string>(ConfigKeys.ServerAllowedSans, AllowedSans("servers"), tls => tls.ServerAllowedSans)
        { Change = OptionChange.Handshakes },
        new ListOption<TlsOptions, string>(ConfigKeys.Pins, Pins("servers"), tls => tls.Pins) { Change = OptionChange.Handshakes },
        OfTls(ConfigKeys.ServerName, OptionTypes.OptionalText, OptionChange.Handshakes,
            tls => tls.ServerName, (tls, value) => tls.ServerName = value),
        OfTls(ConfigKeys.MinVersion, OptionTypes.TlsVersion, OptionChange.Handshakes,
            tls => tls.MinVersion, (tls, value) => tls.MinVersion = value),
        OfTls(ConfigKeys.MaxVersion, OptionTypes.TlsVersion, OptionChange.Handshakes,
            tls => tls.MaxVersion, (tls, value) => tls.MaxVersion = value,
            rule: (checks, tls) => TlsVersions.Of(tls).Check(checks)),
        OfTls(ConfigKeys.CheckInterval, CheckInterval, OptionChange.AppliesLater,
            tls => tls.CheckInterval, (tls, value) => tls.CheckInterval = value),
        OfTls(ConfigKeys.RotationJitter, OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), OptionChange.AppliesLater,
            tls => tls.RotationJitter, (tls, value) => tls.RotationJitter = value),
        OfTls(ConfigKeys.DrainTimeout, OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromHours(24)), OptionChange.AppliesLater,
            tls => tls.DrainTimeout, (tls, value) => tls.DrainTimeout = value),
        OfTls(ConfigKeys.CaOverlap, CaOverlap, OptionChange.AppliesLater,
            tls => tls.CaOverlap, (tls, value) => tls.CaOverlap = value),
        OfTls(ConfigKeys.OnTrustRemoved, OptionTypes.TrustRemovedAction, OptionChange.Handshakes,
            tls => tls.OnTrustRemoved, (tls, value) => tls.OnTrustRemoved = value),
        OfTls(ConfigKeys.OnExpired, OptionTypes.ExpiredAction, OptionChange.AppliesLater,
            tls => tls.OnExpired, (tls, value) => tls.OnExpired = value),
        OfTls(ConfigKeys.ExpiryWarning, ExpiryWarning, OptionChange.AppliesLater,
            tls => tls.ExpiryWarning, (tls, value) => tls.ExpiryWarning = value),
        OfTls(ConfigKeys.OnIdentityRejected, OptionTypes.IdentityRejectedAction, OptionChange.AppliesLater,
            tls => tls.OnIdentityRejected, (tls, value) => tls.OnIdentityRejected = value));

    /// <summary>The options of the channels of a realm. They also apply to plaintext.</summary>
    public static readonly OptionTable<RealmOptions> Channel = new(
        OfChannel(ConfigKeys.ConnectTimeout, OptionTypes.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            OptionChange.AppliesLater, realm => realm.ConnectTimeout, (realm, value) => realm.ConnectTimeout = value),
        OfChannel(ConfigKeys.KeepaliveTime, OptionTypes.OptionalDuration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            OptionChange.Connections, realm => realm.KeepaliveTime, (realm, value) => realm.KeepaliveTime = value),
        OfChannel(ConfigKeys.KeepaliveTimeout, OptionTypes.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            OptionChange.Connections, realm => realm.KeepaliveTimeout, (realm, value) => realm.KeepaliveTimeout = value),
        OfChannel(ConfigKeys.KeepaliveWithoutCalls, OptionTypes.Boolean,
            OptionChange.Connections, realm => realm.KeepaliveWithoutCalls, (realm, value) => realm.KeepaliveWithoutCalls = value),
        OfChannel(ConfigKeys.IdleTimeout, OptionTypes.OptionalDuration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            OptionChange.Connections, realm => realm.IdleTimeout, (realm, value) => realm.IdleTimeout = value),
        OfChannel(ConfigKeys.MaxSendMessageSize, OptionTypes.MessageSize,
            OptionChange.Channel, realm => realm.MaxSendMessageSize, (realm, value) => realm.MaxSendMessageSize = value),
        OfChannel(ConfigKeys.MaxReceiveMessageSize, OptionTypes.MessageSize,
            OptionChange.Channel, realm => realm.MaxReceiveMessageSize, (realm, value) => realm.MaxReceiveMessageSize = value));

    /// <summary>The options of a <c>server</c>.</summary>
    public static readonly OptionTable<ServerTlsOptions> Server = new(
        OfOwnFiles(ConfigKeys.Name, OptionTypes.Text,
            server => server.Name, (server, value) => server.Name = value),
        OfServer(ConfigKeys.Realm, OptionTypes.Text,
            server => server.Realm, (server, value) => server.Realm = value),
        OfOwnFiles(ConfigKeys.CertFile, OptionTypes.Path,
            server => server.CertFile, (server, value) => server.CertFile = value),
        OfOwnFiles(ConfigKeys.KeyFile, OptionTypes.Path,
            server => server.KeyFile, (server, value) => server.KeyFile = value,
            rule: (checks, server) => checks.CheckIdentity(server.CertFile, server.KeyFile, server.KeyPasswordFile)),
        OfOwnFiles(ConfigKeys.KeyPasswordFile, OptionTypes.Path,
            server => server.KeyPasswordFile, (server, value) => server.KeyPasswordFile = value),
        new ListOption<ServerTlsOptions, string>(
            ConfigKeys.ClientCaFile, OptionTypes.NonEmpty(OptionTypes.Paths, "would reject every client", mayBeBlank: true),
            server => server.ClientCaFile)
        { IsOfOwnFiles = true },
        new ListOption<ServerTlsOptions, string>(ConfigKeys.ClientCrlFile, CrlFile, server => server.ClientCrlFile)
        {
            IsOfOwnFiles = true,
            Rule = (checks, server) => checks.CheckClientCrls(server),
        },
        OfOwnFiles(ConfigKeys.ClientCrlMode, OptionTypes.CrlMode,
            server => server.ClientCrlMode, (server, value) => server.ClientCrlMode = value,
            rule: (checks, server) =>
                checks.CheckCrlMode(server.ClientCrlMode, ConfigKeys.ClientCrlMode, server.ClientCrlFile, ConfigKeys.ClientCrlFile)),
        OfServer(ConfigKeys.ClientAuthType, OptionTypes.ClientAuthType,
            server => server.ClientAuthType, (server, value) => server.ClientAuthType = value),
        new ListOption<ServerTlsOptions, string>(
            ConfigKeys.ClientAllowedSans, AllowedSans("clients"), server => server.ClientAllowedSans),
        new ListOption<ServerTlsOptions, string>(ConfigKeys.ClientPins, Pins("clients"), server => server.ClientPins),
        OfOwnFiles(ConfigKeys.AllowWeakCertificates, OptionTypes.Boolean,
            server => server.AllowWeakCertificates, (server, value) => server.AllowWeakCertificates = value),
        OfServer(ConfigKeys.MinVersion, OptionTypes.TlsVersion,
            server => server.MinVersion, (server, value) => server.MinVersion = value),
        OfServer(ConfigKeys.MaxVersion, OptionTypes.TlsVersion,
            server => server.MaxVersion, (server, value) => server.MaxVersion = value,
            rule: (checks, server) => TlsVersions.Of(server).Check(checks)),
        new ListOption<ServerTlsOptions, TlsCipherSuite>(
            ConfigKeys.CipherSuites, OptionTypes.NonEmpty(OptionTypes.CipherSuites, "would reject every connection"),
            server => server.CipherSuites),
        OfOwnFiles(ConfigKeys.CheckInterval, CheckInterval,
            server => server.CheckInterval, (server, value) => server.CheckInterval = value),
        OfOwnFiles(ConfigKeys.CaOverlap, CaOverlap,
            server => server.CaOverlap, (server, value) => server.CaOverlap = value),
        OfOwnFiles(ConfigKeys.OnExpired, OptionTypes.ExpiredAction,
            server => server.OnExpired, (server, value) => server.OnExpired = value),
        OfOwnFiles(ConfigKeys.ExpiryWarning, ExpiryWarning,
            server => server.ExpiryWarning, (server, value) => server.ExpiryWarning = value),
        OfServer(ConfigKeys.MaxConnectionAge, MaxConnectionAge,
            server => server.MaxConnectionAge, (server, value) => server.MaxConnectionAge = value),
        OfServer(ConfigKeys.MaxConnectionAgeGrace, MaxConnectionAgeGrace,
            server => server.MaxConnectionAgeGrace, (server, value) => server.MaxConnectionAgeGrace = value),
        OfServer(ConfigKeys.CloseOnRotation, CloseOnRotation,
            server => server.CloseOnRotation, (server, value) => server.CloseOnRotation = value),
        OfServer(ConfigKeys.OnClientCertExpired, OptionTypes.ClientConnectionAction,
            server => server.OnClientCertExpired, (server, value) => server.OnClientCertExpired = value),
        OfServer(ConfigKeys.OnTrustRemoved, OptionTypes.ClientConnectionAction,
            server => server.OnTrustRemoved, (server, value) => server.OnTrustRemoved = value));

    private static ListType<string> AllowedSans(string peers) =>
        OptionTypes.NonEmpty(OptionTypes.SanPatterns, $"could mean all {peers} or none");

    private static ListType<string> Pins(string peers) => OptionTypes.NonEmpty(OptionTypes.KeyPins, $"could mean all {peers} or none");

    private static ListType<string> CrlFile =>
        OptionTypes.NonEmpty(OptionTypes.Paths, "would accept every revoked certificate", mayBeBlank: true);

    private static OptionType<TimeSpan> CheckInterval => OptionTypes.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

    private static OptionType<TimeSpan> CaOverlap => OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromDays(30));

    private static OptionType<TimeSpan?> ExpiryWarning =>
        OptionTypes.OptionalDuration(TimeSpan.Zero, TimeSpan.FromDays(3650), OptionTypes.ReadOptional);

    // A connection younger than one second may not have carried its first request yet: closing it would lose that request.
    private static OptionType<TimeSpan?> MaxConnectionAge =>
        OptionTypes.OptionalDuration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));

    private static OptionType<TimeSpan?> MaxConnectionAgeGrace =>
        OptionTypes.OptionalDuration(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(365), OptionTypes.ReadGrace);

    private static OptionType<TimeSpan?> CloseOnRotation =>
        OptionTypes.OptionalDuration(TimeSpan.Zero, TimeSpan.FromHours(24), OptionTypes.ReadWindow);

    private static ValueOption<TlsOptions, T> OfTls<T>(
        string key, OptionType<T> type, OptionChange change,
        Func<TlsOptions, T> get, Action<TlsOptions, T> set, Action<OptionChecks, TlsOptions>? rule = null) =>
        new(key, type, get, set) { Change = change, Rule = rule };

    private static ValueOption<RealmOptions, T> OfChannel<T>(
        string key, OptionType<T> type, OptionChange change, Func<RealmOptions, T> get, Action<RealmOptions, T> set) =>
        new(key, type, get, set) { Change = change };

    private static ValueOption<ServerTlsOptions, T> OfServer<T>(
        string key, OptionType<T> type,
        Func<ServerTlsOptions, T> get, Action<ServerTlsOptions, T> set, Action<OptionChecks, ServerTlsOptions>? rule = null) =>
        new(key, type, get, set) { Rule = rule };

    private static ValueOption<ServerTlsOptions, T> OfOwnFiles<T>(
        string key, OptionType<T> type,
        Func<ServerTlsOptions, T> get, Action<ServerTlsOptions, T> set, Action<OptionChecks, ServerTlsOptions>? rule = null) =>
        new(key, type, get, set) { IsOfOwnFiles = true, Rule = rule };
}
