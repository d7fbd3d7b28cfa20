using Pipeline.Domain.Identity;

namespace Domain.Tests.Identity;

public sealed class DeterministicIdTests
{
    [Fact]
    public void Gives_the_same_id_for_the_same_parts() => DeterministicId.From("a", "b").ShouldBe(DeterministicId.From("a", "b"));

    [Fact]
    public void Keeps_parts_apart_when_their_concatenation_is_the_same() => DeterministicId.From("ab", "c").ShouldNotBe(DeterministicId.From("a", "bc"));

    [Fact]
    public void Is_a_version_8_uuid() => DeterministicId.From("a").Version.ShouldBe(8);
}
