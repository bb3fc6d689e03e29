using System.Numerics;
using System.Reflection;

namespace NanoConv.Tests;

/// <summary>Counts the arrays of numbers that an object holds, directly or through others of the library: what memory plans claim to know.</summary>
internal sealed class NumberArrays<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
    private long elements;

    /// <summary>Elements of all T[], each array once.</summary>
    public static long Elements(params object[] roots)
    {
        NumberArrays<T> arrays = new();
        foreach (object root in roots)
            arrays.Walk(root);
        return arrays.elements;
    }

    private void Walk(object? found)
    {
        if (found is null or string or Delegate or Pointer or IInputs<T> || found.GetType() is { IsPrimitive: true } or { IsEnum: true })
            return;
        Type type = found.GetType();
        if (!type.IsValueType && !seen.Add(found))
            return;
        if (found is T[] numbers)
            elements += numbers.Length;
        else if (found is Array array)
            Walk(array);
        else if (type.Assembly == typeof(Model<T>).Assembly || type.Namespace == "System.Collections.Generic")
            WalkFields(found, type);
    }

    private void Walk(Array array)
    {
        if (array.GetType().GetElementType()!.IsPrimitive)
            return;
        foreach (object? element in array)
            Walk(element);
    }

    private void WalkFields(object owner, Type type)
    {
        for (Type? part = type; part is not null && part != typeof(object); part = part.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            foreach (FieldInfo field in part.GetFields(Own).Where(field => !field.FieldType.IsPointer))
                Walk(field.GetValue(owner));
        }
    }
}
