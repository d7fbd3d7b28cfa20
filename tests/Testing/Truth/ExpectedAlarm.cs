namespace Testing.Truth;

/// <summary>An alarm that has to be there in the end, known from what was done and not from any detector.</summary>
/// <param name="Container">Id of the container.</param>
/// <param name="ContainerName">The name that it has in the end, also where the engine told it late.</param>
/// <param name="Occurrences">How often it was done.</param>
/// <param name="Confirmed">Whether what was announced came true.</param>
public sealed record ExpectedAlarm(string Rule, string Node, string Container, string ContainerName, long Occurrences, bool Confirmed)
{
    /// <summary>What says which alarm it is; there are no two of one rule in one container.</summary>
    public AlarmPlace Place => new(Node, Container, Rule);
}

/// <summary>Where an alarm is.</summary>
public readonly record struct AlarmPlace(string Node, string Container, string Rule)
{
    public override string ToString() => $"{Rule} in container {Container} on node {Node}";
}
