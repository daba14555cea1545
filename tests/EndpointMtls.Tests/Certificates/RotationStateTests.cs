using System.Collections.Concurrent;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Where files and time lead: no files are read here, and no clock runs.</summary>
public sealed class RotationStateTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly ConcurrentDictionary<TimeSpan, TlsDefinition> RulesByOverlap = new();
    private static readonly TestCa Issuer = TestCa.CreateRoot("issuer");
    private static readonly CaCertificate A = NewAuthority("a");
    private static readonly CaCertificate B = NewAuthority("b");
    private static readonly CaCertificate C = NewAuthority("c");
    private static readonly ClientIdentity First = NewIdentity("first");
    private static readonly ClientIdentity Tomorrow = NewIdentity("tomorrow", Now + Day);
    private static readonly ClientIdentity Later = NewIdentity("later", Now + Day + Day);

    private static readonly RotationState Start = RotationState.First(Rules(Day), Files(First, A));

    [Test]
    public void Begins_with_what_the_files_hold()
    {
        Start.InUse.Generation.Should().Be(1);
        Start.InUse.Identity.Should().BeSameAs(First);
        Start.InUse.CaCertificates.Should().BeEquivalentTo([A]);
        (Start.PendingIdentity, Start.NextChange).Should().Be((null, null));
    }

    [Test]
    public void Begins_with_an_identity_that_is_not_valid_yet_for_there_is_no_other() =>
        RotationState.First(Rules(Day), Files(Tomorrow, A)).Should().Match<RotationState>(state => state.InUse.Identity == Tomorrow && state.PendingIdentity == null);

    [Test]
    public void An_identity_that_is_in_use_before_its_time_is_not_held_as_well()
    {
        var state = RotationState.First(Rules(Day), Files(Tomorrow, A)).With(Rules(Day), Files(Tomorrow, A, B), Now);

        state.PendingIdentity.Should().BeNull();
        state.NextChange.Should().BeNull();
    }

    [Test]
    public void Files_that_say_the_same_change_nothing_at_all()
    {
        var copy = ClientIdentity.Create(First.Chain, KeyOf(First), null, "tls.crt");

        Start.With(Rules(Day), Files(copy, new CaCertificate(A.Certificate)), Now).InUse.Should().BeSameAs(Start.InUse);
        Start.At(Now + Day).InUse.Should().BeSameAs(Start.InUse);
    }

    [Test]
    public void Another_bundle_keeps_the_very_same_identity()
    {
        var state = Start.With(Rules(Day), Files(ClientIdentity.Create(First.Chain, KeyOf(First), null, "tls.crt"), A, B), Now);

        state.InUse.Generation.Should().Be(2);
        state.InUse.Identity.Should().BeSameAs(First);
    }

    [Test]
    public void An_identity_waits_until_it_is_valid()
    {
        var held = Start.With(Rules(Day), Files(Tomorrow, A), Now);

        held.InUse.Should().BeSameAs(Start.InUse);
        held.PendingIdentity.Should().BeSameAs(Tomorrow);
        held.NextChange.Should().Be(Now + Day);
        held.At(Now + Day - TimeSpan.FromTicks(1)).InUse.Should().BeSameAs(Start.InUse);
        held.At(Now + Day).Should().Match<RotationState>(state =>
            state.InUse.Identity == Tomorrow && state.InUse.Generation == 2 && state.PendingIdentity == null && state.NextChange == null);
    }

    [Test]
    public void An_identity_that_waits_gives_way_to_another_that_waits()
    {
        var state = Start.With(Rules(Day), Files(Tomorrow, A), Now).With(Rules(Day), Files(Later, A), Now);

        state.PendingIdentity.Should().BeSameAs(Later);
        state.At(Now + Day).InUse.Should().BeSameAs(Start.InUse);
        state.At(Now + Day + Day).InUse.Identity.Should().BeSameAs(Later);
    }

    [Test]
    public void An_identity_that_waits_gives_way_to_one_that_need_not()
    {
        var second = NewIdentity("second");
        var state = Start.With(Rules(Day), Files(Tomorrow, A), Now).With(Rules(Day), Files(second, A), Now);

        state.InUse.Identity.Should().BeSameAs(second);
        state.At(Now + Day).Should().Match<RotationState>(later => later.InUse == state.InUse && later.PendingIdentity == null);
    }

    [Test]
    public void An_identity_that_waits_is_dropped_when_the_files_go_back()
    {
        var state = Start.With(Rules(Day), Files(Tomorrow, A), Now).With(Rules(Day), Files(First, A), Now);

        state.PendingIdentity.Should().BeNull();
        state.At(Now + Day).InUse.Should().BeSameAs(Start.InUse);
    }

    [Test]
    public void Trust_does_not_wait_for_the_identity_beside_it()
    {
        var state = Start.With(Rules(Day), Files(Tomorrow, A, B), Now);

        state.InUse.CaCertificates.Should().BeEquivalentTo([A, B]);
        state.InUse.Identity.Should().BeSameAs(First);
        state.InUse.Generation.Should().Be(2);
        state.PendingIdentity.Should().BeSameAs(Tomorrow);
    }

    [Test]
    public void An_authority_that_left_is_trusted_until_its_notice_has_run_out()
    {
        var noticed = Start.With(Rules(Day), Files(First, B), Now);

        noticed.InUse.CaCertificates.Should().BeEquivalentTo([A, B]);
        noticed.TrustedUntil[A].Should().Be(Now + Day);
        noticed.NextChange.Should().Be(Now + Day);
        noticed.At(Now + Day - TimeSpan.FromTicks(1)).InUse.Should().BeSameAs(noticed.InUse);
        var after = noticed.At(Now + Day);
        after.InUse.CaCertificates.Should().BeEquivalentTo([B]);
        after.InUse.Generation.Should().Be(noticed.InUse.Generation + 1);
        (after.TrustedUntil.Count, after.NextChange).Should().Be((0, null));
    }

    [Test]
    public void An_authority_that_left_and_no_other_came_is_no_new_generation_until_the_notice_has_run_out()
    {
        var both = RotationState.First(Rules(Day), Files(First, A, B));

        var noticed = both.With(Rules(Day), Files(First, B), Now);

        noticed.InUse.Should().BeSameAs(both.InUse);
        noticed.At(Now + Day).InUse.Generation.Should().Be(2);
    }

    [Test]
    public void An_authority_that_comes_back_is_no_longer_on_notice()
    {
        var noticed = Start.With(Rules(Day), Files(First, B), Now);

        var state = noticed.With(Rules(Day), Files(First, A, B), Now + (Day / 2));

        state.TrustedUntil.Should().BeEmpty();
        state.InUse.Should().BeSameAs(noticed.InUse);
        state.At(Now + Day).InUse.Should().BeSameAs(noticed.InUse);
    }

    [Test]
    public void An_authority_that_leaves_again_has_its_whole_notice_again()
    {
        var state = Start.With(Rules(Day), Files(First, B), Now).With(Rules(Day), Files(First, A, B), Now).With(Rules(Day), Files(First, B), Now + (Day / 2));

        state.TrustedUntil[A].Should().Be(Now + (Day * 1.5));
    }

    [Test]
    public void An_authority_on_notice_keeps_its_time_when_others_change()
    {
        var state = Start.With(Rules(Day), Files(First, B), Now).With(Rules(Day), Files(First, C), Now + (Day / 2));

        (state.TrustedUntil[A], state.TrustedUntil[B]).Should().Be((Now + Day, Now + (Day * 1.5)));
        state.InUse.CaCertificates.Should().BeEquivalentTo([A, B, C]);
    }

    [Test]
    public void Without_overlap_an_authority_leaves_at_once()
    {
        var state = Start.With(Rules(TimeSpan.Zero), Files(First, B), Now);

        state.InUse.CaCertificates.Should().BeEquivalentTo([B]);
        state.InUse.Generation.Should().Be(2);
        state.TrustedUntil.Should().BeEmpty();
    }

    [Test]
    public void The_next_change_is_the_earliest_of_all()
    {
        var state = Start.With(Rules(Day / 2), Files(Tomorrow, B), Now).With(Rules(Day * 3), Files(Tomorrow, C), Now);

        state.NextChange.Should().Be(Now + (Day / 2));
        state.At(state.NextChange!.Value).NextChange.Should().Be(Now + Day);
        state.At(Now + Day).NextChange.Should().Be(Now + (Day * 3));
        state.At(Now + (Day * 3)).NextChange.Should().BeNull();
    }

    [Test]
    public void What_becomes_due_together_is_one_generation()
    {
        var state = Start.With(Rules(Day), Files(Tomorrow, B), Now);

        state.At(Now + Day).InUse.Generation.Should().Be(state.InUse.Generation + 1);
    }

    [Test]
    public void Without_an_identity_only_trust_changes()
    {
        var state = RotationState.First(Rules(Day), Files(null, A));

        state.With(Rules(Day), Files(null, A), Now).InUse.Should().BeSameAs(state.InUse);
        state.With(Rules(Day), Files(null, A, B), Now).InUse.Generation.Should().Be(2);
    }

    [Test]
    public void Never_loses_an_authority_the_files_hold_nor_keeps_one_past_its_time_whatever_comes()
    {
        var random = new Random(20300101);
        var (state, now) = (Start, Now);
        for (var step = 0; step < 2000; step++)
        {
            now += Day * random.NextDouble();
            var listed = new[] { A, B, C }.Where(_ => random.Next(2) == 0).Append(random.Next(2) == 0 ? A : B).ToArray();
            var before = state;
            state = random.Next(3) == 0 ? state.At(now) : state.With(Rules(Day * random.Next(3)), Files(random.Next(2) == 0 ? First : Later, listed), now);

            state.InUse.CaCertificates.Should().BeEquivalentTo(state.Listed.Union(state.TrustedUntil.Keys));
            state.Listed.Should().NotIntersectWith(state.TrustedUntil.Keys);
            (state.NextChange > now || state.NextChange is null).Should().BeTrue();
            var isSame = state.InUse.Identity == before.InUse.Identity && state.InUse.CaCertificates.SetEquals(before.InUse.CaCertificates);
            (state.InUse.Generation - before.InUse.Generation).Should().Be(isSame ? 0 : 1);
        }
    }

    [Test]
    public void Another_server_name_is_another_generation_of_the_same_certificates()
    {
        var state = Start.With(TestDefinitions.Tls(tls => (tls.CaOverlap, tls.ServerName) = (Day, "store")), Files(First, A), Now);

        state.InUse.Should().Match<TlsMaterial>(material => material.Generation == 2 && material.Tls.ServerName == "store");
        state.InUse.Identity.Should().BeSameAs(First);
    }

    [Test]
    public void Rules_that_concern_no_handshake_come_into_force_without_another_generation()
    {
        var state = Start.With(TestDefinitions.Tls(tls => (tls.CaOverlap, tls.RotationJitter, tls.OnExpired) = (Day, Day, ExpiredAction.Fail)), Files(First, A), Now);

        state.InUse.Should().Match<TlsMaterial>(material => material.Generation == 1 && material.Tls.RotationJitter == Day && material.Tls.OnExpired == ExpiredAction.Fail);
    }

    [Test]
    public void A_notice_is_no_longer_than_the_rules_of_now_allow()
    {
        var state = Start.With(Rules(Day * 3), Files(First, B), Now).With(Rules(Day), Files(First, B), Now);

        state.NextChange.Should().Be(Now + Day);
        state.With(Rules(TimeSpan.Zero), Files(First, B), Now).InUse.CaCertificates.Should().BeEquivalentTo([B]);
    }

    [Test]
    public void Where_others_vouch_for_servers_or_nobody_no_authority_of_ours_is_on_notice()
    {
        var noticed = Start.With(Rules(Day), Files(First, B), Now);

        noticed.With(WithoutFiles(tls => tls.UseSystemRoots = true), Files(First), Now).InUse.CaCertificates.Should().BeEmpty();
        noticed.With(WithoutFiles(tls => tls.InsecureSkipVerify = true), Files(First), Now).TrustedUntil.Should().BeEmpty();
    }

    private static TlsDefinition Rules(TimeSpan overlap) => RulesByOverlap.GetOrAdd(overlap, static overlap => TestDefinitions.Tls(tls => tls.CaOverlap = overlap));

    private static TlsDefinition WithoutFiles(Action<TlsOptions> change) => TestDefinitions.Tls(tls =>
    {
        tls.CaOverlap = Day;
        tls.CaFile.Clear();
        change(tls);
    });

    private static TlsFiles Files(ClientIdentity? identity, params CaCertificate[] authorities) => new(identity, [.. authorities]);

    private static CaCertificate NewAuthority(string name) => new(TestCa.CreateRoot(name).Certificate);

    private static ClientIdentity NewIdentity(string name, DateTimeOffset? notBefore = null)
    {
        var certificate = Issuer.Issue(name, [], TestCa.ClientAuthentication, notBefore);
        return ClientIdentity.Create([certificate.Leaf], certificate.KeyPem, null, "tls.crt");
    }

    private static string KeyOf(ClientIdentity identity)
    {
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(identity.Leaf);
        return key!.ExportPkcs8PrivateKeyPem();
    }
}
