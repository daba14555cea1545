using System.Text;
using Grpc.Core;

namespace EndpointMtls.Tests.GrpcContracts;

internal sealed class MetadataTests
{
    [Test]
    public void Metadata_keys_are_lower_cased() =>
        new Metadata { { "X-Request_Id.2", "1" } }[0].Key.Should().Be("x-request_id.2");

    [TestCase("with space")]
    [TestCase("colon:")]
    [TestCase("ümlaut")]
    [TestCase("new\nline")]
    public void Rejects_a_key_with_other_characters(string key) =>
        Assert.That(() => new Metadata.Entry(key, "value"), Throws.ArgumentException);

    [Test]
    public void Rejects_a_text_under_a_binary_key() =>
        Assert.That(() => new Metadata.Entry("trace-BIN", "value"), Throws.ArgumentException);

    [Test]
    public void Rejects_bytes_under_a_text_key() =>
        Assert.That(() => new Metadata.Entry("trace", [1]), Throws.ArgumentException);

    [Test]
    public void Rejects_missing_keys_and_values()
    {
        Assert.That(() => new Metadata.Entry(null!, "value"), Throws.ArgumentNullException);
        Assert.That(() => new Metadata.Entry("key", (string)null!), Throws.ArgumentNullException);
        Assert.That(() => new Metadata.Entry("key-bin", (byte[])null!), Throws.ArgumentNullException);
        Assert.That(() => new Metadata().Add(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void A_text_entry_also_reads_as_ascii_bytes()
    {
        var entry = new Metadata.Entry("key", "value");

        entry.IsBinary.Should().BeFalse();
        entry.Value.Should().Be("value");
        entry.ValueBytes.Should().Equal(Encoding.ASCII.GetBytes("value"));
    }

    [Test]
    public void A_binary_entry_does_not_read_as_text()
    {
        var entry = new Metadata.Entry("key" + Metadata.BinaryHeaderSuffix, [1, 2, 3]);

        entry.IsBinary.Should().BeTrue();
        entry.ValueBytes.Should().Equal(1, 2, 3);
        Assert.That(() => entry.Value, Throws.InvalidOperationException);
    }

    [Test]
    public void A_binary_entry_keeps_and_hands_out_copies()
    {
        byte[] bytes = [1, 2, 3];
        var entry = new Metadata.Entry("key-bin", bytes);

        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        entry.ValueBytes.Should().Equal(1, 2, 3);
    }

    [Test]
    public void A_text_entry_shows_its_key_and_value() =>
        new Metadata.Entry("Key", "value").ToString().Should().Be("[Entry: key=key, value=value]");

    [Test]
    public void Get_finds_the_last_entry_whatever_the_case_of_the_key()
    {
        var metadata = new Metadata { { "key", "first" }, { "key", "last" }, { "bytes-bin", [7] } };

        metadata.Get("KEY")!.Value.Should().Be("last");
        metadata.GetValue("Key").Should().Be("last");
        metadata.GetValueBytes("Bytes-Bin").Should().Equal(7);
    }

    [Test]
    public void Get_finds_nothing_under_an_unknown_key()
    {
        var metadata = new Metadata();

        metadata.Get("key").Should().BeNull();
        metadata.GetValue("key").Should().BeNull();
        metadata.GetValueBytes("key").Should().BeNull();
        metadata.GetAll("key").Should().BeEmpty();
    }

    [Test]
    public void GetAll_finds_every_entry_in_order()
    {
        var metadata = new Metadata { { "key", "first" }, { "other", "x" }, { "KEY", "last" } };

        metadata.GetAll("Key").Select(entry => entry.Value).Should().Equal("first", "last");
    }

    [Test]
    public void Is_a_list_of_entries()
    {
        var entry = new Metadata.Entry("b", "2");
        var metadata = new Metadata { { "a", "1" }, { "c", "3" } };

        metadata.Insert(1, entry);
        metadata.Select(e => e.Key).Should().Equal("a", "b", "c");
        metadata.IndexOf(entry).Should().Be(1);
        metadata.Contains(entry).Should().BeTrue();

        metadata[0] = entry;
        metadata.Remove(entry).Should().BeTrue();
        metadata.RemoveAt(1);
        metadata.Should().ContainSingle().Which.Should().BeSameAs(entry);

        metadata.Clear();
        metadata.Count.Should().Be(0);
        metadata.IsReadOnly.Should().BeFalse();
    }

    [Test]
    public void The_shared_empty_metadata_cannot_be_changed()
    {
        Metadata.Empty.IsReadOnly.Should().BeTrue();
        Assert.That(() => Metadata.Empty.Add("key", "value"), Throws.InvalidOperationException);
        Assert.That(() => Metadata.Empty.Insert(0, new Metadata.Entry("key", "value")), Throws.InvalidOperationException);
        Assert.That(Metadata.Empty.Clear, Throws.InvalidOperationException);
        Metadata.Empty.Should().BeEmpty();
    }
}
