namespace Querier.Stores;

/// <summary>A store sent more than a limit allows. The message continues a sentence about the store.</summary>
internal sealed class ResponseLimitException(string message) : Exception(message);
