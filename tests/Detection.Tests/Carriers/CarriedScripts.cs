using Detection.Tests.Carriers;
using Testing.Scripts;

[assembly: AssemblyFixture(typeof(CarriedScripts))]

namespace Detection.Tests.Carriers;

/// <summary>Every script of this assembly also runs through the actors.</summary>
public sealed class CarriedScripts : IAsyncLifetime
{
    private readonly ActorCarrier _actors = new();

    public ValueTask InitializeAsync()
    {
        ScriptCarriers.Add(_actors.Carry);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _actors.DisposeAsync();
}
