namespace Agents.NodeAgent.Shipping;

/// <summary>Hands messages to the log, in order. Every message sent is reported exactly once, from any thread.</summary>
internal interface IBatchSender : IDisposable
{
    /// <summary>Hands over one message. Never throws for what the log or the network do: that is reported.</summary>
    void Send(OutgoingBatch batch);

    /// <summary>Prepares for sending again after failures; called when nothing is outstanding.</summary>
    void Renew();
}
