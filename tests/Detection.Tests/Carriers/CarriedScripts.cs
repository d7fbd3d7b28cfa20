using Detection.Tests.Carriers;
using Detection.Tests.Proof;
using Testing.Scripts;

[assembly: AssemblyFixture(typeof(CarriedScripts))]

namespace Detection.Tests.Carriers;

/// <summary>
/// Every script of this assembly also runs through the actors; or it is written down, where <see cref="RecordedScript.Variable"/> asks for
/// it.
/// </summary>
public sealed class CarriedScripts : IAsyncLifetime
{
    private ActorCarrier? _actors;

    public ValueTask InitializeAsync()
    {
        ScriptCarriers.Add(JudgedScripts.Carry);
        if (Environment.GetEnvironmentVariable(RecordedScript.Variable) is { Length: > 0 } directory)
        {
            ScriptCarriers.Add(new RecordingCarrier(directory).Carry);
        }
        else
        {
            _actors = new ActorCarrier();
            ScriptCarriers.Add(_actors.Carry);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _actors?.DisposeAsync() ?? ValueTask.CompletedTask;
}
