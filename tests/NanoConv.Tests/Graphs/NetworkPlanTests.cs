using NanoConv.Convolutions;

namespace NanoConv.Tests.Graphs;

/// <summary>What is merged into what, and what is not; and that the properties over generated networks meet all of it.</summary>
public sealed class NetworkPlanTests
{
    private static readonly Node Input = Network.Input((8, 8, 4));

    private static Node Convolved => Input.Then(new Conv2D(4, 3, padding: Padding.Same, useBias: false));

    [Fact]
    public void Batch_normalisations_become_part_of_the_product_before_them()
    {
        AssertPlan(Convolved.Then(new BatchNormalization(), new BatchNormalization()), "conv2d_1 folds batch_normalization_1 batch_normalization_2");
        AssertPlan(Convolved.Then(new Dropout(0.5), new BatchNormalization(), Activation.ReLU), "conv2d_1 folds batch_normalization_1 fuses re_lu_1");
        AssertPlan(Input.Then(new Flatten(), new Dense(3), new BatchNormalization()), "dense_1 folds batch_normalization_1");
    }

    [Fact]
    public void A_batch_normalisation_stays_where_it_is_no_part_of_a_product()
    {
        AssertPlan(Input.Then(new BatchNormalization()), "batch_normalization_1");
        AssertPlan(Input.Then(new MaxPooling2D(2), new BatchNormalization(), new BatchNormalization()),
            "max_pooling2d_1", "batch_normalization_1", "batch_normalization_2");
        AssertPlan(Convolved.Then(Activation.ReLU, new BatchNormalization()), "conv2d_1 fuses re_lu_1",
            "batch_normalization_1: not folded, as conv2d_1 does more than a product");
        AssertPlan(Input.Then(new Conv2D(4, 3, activation: Activation.ReLU), new BatchNormalization()), "conv2d_1",
            "batch_normalization_1: not folded, as conv2d_1 does more than a product");
        AssertPlan(Node.Add(Convolved, Input).Then(new BatchNormalization()), "conv2d_1 fuses add_1",
            "batch_normalization_1: not folded, as conv2d_1 does more than a product");
        AssertPlan(Convolved.Then(new Flatten(), new BatchNormalization()), "conv2d_1", "batch_normalization_1: not folded, as conv2d_1 has another last axis");
        Node read = Convolved;
        AssertPlan(Node.Concatenate(read.Then(new BatchNormalization()), read), "conv2d_1",
            "batch_normalization_1: not folded, as others read conv2d_1 too", "concatenate_1");
        AssertPlan([read.Then(new BatchNormalization()), read], "conv2d_1", "batch_normalization_1: not folded, as others read conv2d_1 too");
    }

    [Fact]
    public void Additions_are_done_behind_the_last_layer_that_they_alone_read()
    {
        Node first = Input.Then(new Conv2D(4, 1)), other = first.Then(new Conv2D(4, 3, padding: Padding.Same));
        AssertPlan(Node.Add(other, first).Then(Activation.SiLU), "conv2d_1", "conv2d_2 fuses add_1 silu_1");
        AssertPlan(Node.Add(first, other, Input).Then(Activation.SiLU), "conv2d_1", "conv2d_2 fuses add_1 silu_1");
        AssertPlan(Node.Add(first, Input.Then(new Conv2D(4, 1))), "conv2d_1", "conv2d_2 fuses add_1");
        AssertPlan(Node.Add(first, Input.Then(new MaxPooling2D(1))), "max_pooling2d_1", "conv2d_1 fuses add_1"); // it waits until the other is there
        AssertPlan(Node.Add(first, first), "conv2d_1", "add_1");
        AssertPlan(Node.Add(Node.Add(first, first), Input).Then(Activation.Tanh), "conv2d_1", "add_1 fuses add_2 tanh_1");
        AssertPlan(Node.Multiply(first, other), "conv2d_1", "conv2d_2", "multiply_1");
        AssertPlan([Node.Add(other, first), other], "conv2d_1", "conv2d_2", "add_1");
    }

    [Fact]
    public void What_changes_nothing_is_left_out_but_for_outputs_of_their_own()
    {
        AssertPlan(Convolved.Then(new Dropout(0.1), new Flatten(), Activation.Linear), "conv2d_1", "without dropout_1 flatten_1 linear_1");
        AssertPlan(Input.Then(new Dropout(0.5), new Flatten()), "flatten_1", "without dropout_1");
        Node read = Convolved;
        AssertPlan([read, read.Then(new Flatten()), read.Then(new Dropout(0.5), new Flatten())], "conv2d_1", "flatten_1", "flatten_2", "without dropout_1");
        AssertPlan(Input.Then(new MaxPooling2D(2), Activation.ReLU), "max_pooling2d_1", "re_lu_1");
        AssertPlan(Convolved.Then(Activation.Softmax), "conv2d_1 fuses softmax_1");
        AssertPlan(Convolved.Then(new Flatten(), Activation.Softmax), "conv2d_1", "softmax_1", "without flatten_1"); // over all numbers, not over channels
    }

    /// <summary>What two convolutions read and an addition adds lies in the convolutions' halo: nothing is copied.</summary>
    [Fact]
    public void A_residual_block_adds_out_of_the_halo_and_into_it()
    {
        Node x = Convolved.Then(new BatchNormalization(), Activation.ReLU);
        Node y = Node.Add(x, x.Then(new Conv2D(4, 3, padding: Padding.Same), new BatchNormalization())).Then(Activation.SiLU);
        NetworkPlan plan = Plan(y.Then(new Conv2D(4, 3, padding: Padding.Same)));
        Assert.Equal([new Size2D(10, 10), new Size2D(10, 10), null], plan.Steps.Select(step => step.Halo));
        Assert.Equal([true, false, false], plan.Steps.Select(step => step.CopySlot is not null));
        Assert.Equal(["conv2d_1", "conv2d_1"], plan.Steps[1].Reads);
    }

    [Fact]
    public void A_plan_prints_as_a_table()
    {
        Node x = Convolved.Then(new BatchNormalization(), Activation.ReLU);
        Node y = Node.Add(x, x.Then(new Conv2D(4, 3, padding: Padding.Same)));
        Model<float> model = new Network(Input, y.Then(new Dropout(0.5), new Flatten(), new Dense(2))).Build<float>();
        string text = model.Plan().ToString(), training = model.Plan(Compilation.Training).ToString();
        foreach (string part in (string[])["Prediction: 3 steps for 4 examples at a time, in ", "(8, 8, 4)", "10×10",
            "folded: batch_normalization_1; fused: re_lu_1",
            "reads conv2d_1, conv2d_1; fused: add_1", "Left out: dropout_1, flatten_1", "folded weights, once for all threads"])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Contains("Training: 8 steps for 4 examples", training, StringComparison.Ordinal);
        Assert.DoesNotContain("folded", training, StringComparison.Ordinal);
        Assert.All($"{text}{training}".Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 100));
        Assert.Equal(model.Layers.Select(layer => layer.Name), model.Plan(Compilation.Training).Steps.Select(step => step.Name));
    }

    /// <summary>Else the properties would say little: each kind of merging, and what must not be merged, is drawn in every run.</summary>
    [Fact]
    public void Each_run_of_the_properties_meets_every_kind_of_merging()
    {
        foreach (int seed in (int[])[1, 2, 3])
        {
            Dictionary<string, int> found = [];
            foreach (CompilationCase drawn in PropertySuite.Drawn(Generators.Compilations, seed))
            {
                Model<float> model = drawn.Build<float>();
                foreach (string kind in Kinds(model, model.Plan()))
                    found[kind] = found.GetValueOrDefault(kind) + 1;
            }

            foreach (string kind in (string[])["folded", "folded in Dense", "folded twice", "folded without bias", "folded by naive", "folded by direct",
                "folded by Winograd", "ReLU in the product", "activation in place", "softmax in place", "addition", "addition of three",
                "addition and activation", "addition behind a folded product", "addition out of a halo", "addition into a halo", "in a halo", "left out",
                "not folded, others", "not folded, more", "not a product"])
                Assert.True(found.ContainsKey(kind), $"seed {seed}: expected '{kind}' in 200 cases, found none; as often as {string.Join(", ", found)}");
        }
    }

    private static IEnumerable<string> Kinds(Model<float> model, NetworkPlan plan)
    {
        HashSet<string> kinds = plan.LeftOut.Count > 0 ? ["left out"] : [];
        foreach (PlanStep step in plan.Steps)
        {
            BuiltLayer<float>[] fused = [.. step.Fused.Select(name => model.Layers.Single(layer => layer.Name == name))];
            BuiltLayer<float> first = model.Layers.Single(layer => layer.Name == step.Name);
            bool adds = fused.Any(layer => layer.Specification is Add), isFolded = step.Folded.Count > 0;
            string algorithm = step.Algorithm.Split(' ', ',')[0];
            (bool Holds, string Kind)[] all =
            [
                (isFolded, "folded"), (isFolded && first.Specification is Dense, "folded in Dense"), (step.Folded.Count > 1, "folded twice"),
                (isFolded && first.Parameters.Count == 1, "folded without bias"), (isFolded, $"folded by {algorithm}"),
                (first.Specification is Conv2D { Activation: Linear } && fused is [{ Specification: ActivationLayer { Activation: ReLU } }, ..],
                    "ReLU in the product"),
                (fused.Any(layer => layer.Specification is ActivationLayer { Activation: SiLU }), "activation in place"),
                (fused.Any(layer => layer.Specification is ActivationLayer { Activation: Softmax }), "softmax in place"),
                (adds, "addition"), (step.Reads.Count > 2 && adds, "addition of three"),
                (adds && fused[^1].Specification is ActivationLayer, "addition and activation"),
                (adds && isFolded, "addition behind a folded product"),
                (step.Halo is not null, "in a halo"), (adds && step.Halo is not null, "addition into a halo"),
                (adds && step.Reads.Skip(1).Any(name => plan.Steps.Any(read => read.Name == name && read.Halo is not null)), "addition out of a halo"),
                (step.Remark?.Contains("others", StringComparison.Ordinal) == true, "not folded, others"),
                (step.Remark?.Contains("more", StringComparison.Ordinal) == true, "not folded, more"),
                (first.Specification is BatchNormalization && step.Remark is null, "not a product"),
            ];
            kinds.UnionWith(all.Where(one => one.Holds).Select(one => one.Kind));
        }

        return kinds;
    }

    private static NetworkPlan Plan(params Node[] outputs) => new Network(Input, outputs).Build<float>().Plan();

    private static void AssertPlan(Node output, params string[] expected) => AssertPlan([output], expected);

    private static void AssertPlan(Node[] outputs, params string[] expected)
    {
        NetworkPlan plan = Plan(outputs);
        IEnumerable<string> steps = plan.Steps.Select(step => step.Name + Words(" folds", step.Folded) + Words(" fuses", step.Fused)
            + (step.Remark is { } remark ? $": {remark}" : ""));
        bool tells = expected[^1].StartsWith("without", StringComparison.Ordinal);
        Assert.Equal<IEnumerable<string>>(expected, [.. steps, .. tells ? (string[])[$"without{Words("", plan.LeftOut)}"] : []]);
        Assert.All(plan.Steps, step => Assert.Equal(step.Algorithm.Length > 0, step.Name.StartsWith("conv", StringComparison.Ordinal)));
    }

    private static string Words(string before, IReadOnlyList<string> names) => names.Count == 0 ? "" : $"{before} {string.Join(' ', names)}";
}
