using StoreNode.Storage;

namespace Samples.Tests.StoreNode;

internal sealed class LabelsTests
{
    [Test]
    public void Are_sorted_by_name_and_without_empty_values() =>
        Of("b=2", "a=1", "c=", "_=0", "B=3").ToString().Should().Be("""{B="3", _="0", a="1", b="2"}""");

    [Test]
    public void Merging_prefers_external_labels() =>
        Of("cluster=own", "job=x").With(Of("cluster=eu", "replica=a")).Should().Be(Of("cluster=eu", "job=x", "replica=a"));

    [Test]
    public void Without_drops_names() =>
        Of("a=1", "b=2").Without(["b", "c"]).Should().Be(Of("a=1"));

    [Test]
    public void Equal_labels_have_equal_hashes() =>
        Of("a=1", "b=2").GetHashCode().Should().Be(Of("b=2", "a=1").GetHashCode());

    [Test]
    public void Orders_by_name_then_value_then_length()
    {
        Labels[] sorted = [Of(), Of("a=1"), Of("a=1", "b=1"), Of("a=1", "c=0"), Of("a=2"), Of("b=0")];

        sorted.Reverse().Order().Should().Equal(sorted);
    }

    private static Labels Of(params string[] pairs) =>
        Labels.From(pairs.Select(pair => pair.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1])));
}
