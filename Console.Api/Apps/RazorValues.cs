using System.Dynamic;

namespace TestServers.Apps;

/// <summary>
/// The values of a noun, as a Razor template sees them: a name that stands for nothing is a fault. Members of a class
/// that a template could see would come before the values.
/// </summary>
/// <param name="noun">What they are called in a template; empty for all values.</param>
internal sealed class RazorValues(string noun, IReadOnlyDictionary<string, object?> values) : DynamicObject
{
    /// <summary>What there is, for a sentence.</summary>
    private string Names => string.Join(", ", values.Keys.Select(NameOf));

    /// <inheritdoc/>
    public override bool TryGetMember(GetMemberBinder binder, out object? result)
    {
        result = ValueOf(binder.Name);
        return true;
    }

    /// <summary>Model.variables["a-name"], for what is no name in C#.</summary>
    public override bool TryGetIndex(GetIndexBinder binder, object[] indexes, out object? result)
    {
        result = ValueOf(indexes is [string name] ? name : string.Join(", ", indexes));
        return true;
    }

    /// <inheritdoc/>
    public override bool TrySetMember(SetMemberBinder binder, object? value) => throw NotReplaced();

    /// <inheritdoc/>
    public override bool TrySetIndex(SetIndexBinder binder, object[] indexes, object? value) => throw NotReplaced();

    /// <summary>There is no text of them, which would be the name of a class.</summary>
    public override string ToString() =>
        throw new UnwritableValue("it is not one value, but has some", $"Write one of them: {Names}.");

    /// <summary>Says that a template only reads.</summary>
    internal static NotSupportedException NotReplaced() => new("the values of a template are not replaced");

    private object? ValueOf(string name) =>
        values.TryGetValue(name, out var value) ? Shown(NameOf(name), value) : throw new UnknownValue(NameOf(name));

    private static object? Shown(string name, object? value) =>
        value switch
        {
            SecretText secret => new RazorSecret(secret),
            IReadOnlyDictionary<string, object?> values => new RazorValues(name, values),
            _ => value,
        };

    private string NameOf(string name) => noun.Length == 0 ? name : $"{noun}.{name}";
}

/// <summary>
/// A secret as a Razor template sees it: it can be inserted, and nothing else, as what is made of it would neither be
/// hidden where people see it nor be the secret on the server.
/// </summary>
internal sealed class RazorSecret(SecretText text) : DynamicObject
{
    /// <summary>What is inserted.</summary>
    internal SecretText Text => text;

    /// <inheritdoc/>
    public override bool TryGetMember(GetMemberBinder binder, out object? result) => throw Refusal();

    /// <inheritdoc/>
    public override bool TryInvokeMember(InvokeMemberBinder binder, object?[]? args, out object? result) =>
        throw Refusal();

    /// <inheritdoc/>
    public override bool TryGetIndex(GetIndexBinder binder, object[] indexes, out object? result) => throw Refusal();

    /// <inheritdoc/>
    public override bool TryBinaryOperation(BinaryOperationBinder binder, object arg, out object? result) =>
        throw Refusal();

    /// <inheritdoc/>
    public override bool TryUnaryOperation(UnaryOperationBinder binder, out object? result) => throw Refusal();

    /// <inheritdoc/>
    public override bool TryConvert(ConvertBinder binder, out object? result) => throw Refusal();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => throw Refusal();

    /// <inheritdoc/>
    public override int GetHashCode() => throw Refusal();

    /// <inheritdoc/>
    public override string ToString() => throw Refusal();

    private static UnusableSecret Refusal() => new();
}

/// <summary>A name that stands for nothing.</summary>
internal sealed class UnknownValue(string name) : Exception($"there is no value {name}")
{
    public string Name => name;
}

/// <summary>More is asked of a secret than to insert it.</summary>
internal sealed class UnusableSecret()
    : Exception("a secret can be inserted by itself, and Has(...) says whether there is one: nothing is made of it");
