namespace TestServers.Commands;

/// <summary>Why a host could not be spoken to, or not to the end.</summary>
/// <param name="Says">What happened, without a full stop.</param>
/// <param name="Advice">What to do next: a sentence.</param>
public record CallFault(string Says, string Advice);
