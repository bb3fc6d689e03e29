using System.Numerics;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Tensors;

namespace NanoConv.Training;

/// <summary>What models can be asked that concerns training.</summary>
public static class ModelTraining
{
    /// <param name="model">The model.</param>
    /// <typeparam name="T">The number type.</typeparam>
    extension<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>
        /// Trains. Each call starts afresh but for the weights: the optimiser's memory, the order of the examples and
        /// dropout's masks follow from the options alone. Or, with <see cref="FitOptions.Checkpoints"/>, it goes on where
        /// an earlier fit was broken off, and ends with the bits of one that never was.
        /// </summary>
        /// <param name="data">The examples; the last part of them is held out if options ask for it.</param>
        /// <param name="options">How.</param>
        /// <param name="cancellation">Ends training after the current step; the weights stay as that step left them.</param>
        /// <returns>What the epochs came to.</returns>
        /// <exception cref="ArgumentException">Data, network and options do not fit one another, or not the checkpoint.</exception>
        /// <exception cref="Models.CheckpointException">A checkpoint cannot be kept.</exception>
        /// <exception cref="IOException">There is no checkpoint to go on from, or another fit uses their folder.</exception>
        /// <exception cref="InvalidDataException">No checkpoint is whole.</exception>
        /// <exception cref="OperationCanceledException">It was cancelled; there is a checkpoint of the last step.</exception>
        /// <exception cref="NonFiniteLossException">The loss became NaN or infinite.</exception>
        /// <exception cref="InvalidOperationException">It is called from within an edit, another fit's step, Evaluate or Predict.</exception>
        public History Fit(IDataset<T> data, FitOptions? options = null, CancellationToken cancellation = default)
        {
            options ??= new FitOptions();
            Inference.Check(model, data, options.Loss);
            int training = options.TrainingPart(data.Count);
            DatasetSlice<T> first = new(data, 0, training), held = new(data, training, data.Count - training);
            return FitLoop.Run(model, first, held, options, cancellation);
        }

        /// <summary>Trains on all of one data set and validates every epoch on another.</summary>
        /// <inheritdoc cref="ModelTraining.extension{T}(Model{T}).Fit(IDataset{T}, FitOptions, CancellationToken)"/>
        /// <param name="training">The examples to train on.</param>
        /// <param name="validation">The examples to validate on, at least one; options may not ask for a part of the others besides.</param>
        /// <param name="options">How.</param>
        /// <param name="cancellation">Ends training after the current step.</param>
        public History Fit(IDataset<T> training, IDataset<T> validation, FitOptions? options = null, CancellationToken cancellation = default)
        {
            options ??= new FitOptions();
            Inference.Check(model, training, options.Loss);
            Inference.Check(model, validation, options.Loss);
            options.CheckValidation(validation.Count);
            options.TrainingPart(training.Count);
            return FitLoop.Run(model, training, validation, options, cancellation);
        }

        /// <summary>Trains on a tensor [n, input shape] and integer labels.</summary>
        /// <inheritdoc cref="ModelTraining.extension{T}(Model{T}).Fit(IDataset{T}, FitOptions, CancellationToken)"/>
        /// <param name="inputs">The examples.</param>
        /// <param name="labels">A class for each, from 0.</param>
        /// <param name="options">How.</param>
        /// <param name="cancellation">Ends training after the current step.</param>
        public History Fit(Tensor<T> inputs, ReadOnlySpan<int> labels, FitOptions? options = null, CancellationToken cancellation = default) =>
            model.Fit(new TensorDataset<T>(inputs, labels, model.OutputShape.Elements), options, cancellation);

        /// <summary>Trains on a tensor [n, input shape] and integer labels, and validates every epoch on others.</summary>
        /// <inheritdoc cref="ModelTraining.extension{T}(Model{T}).Fit(IDataset{T}, IDataset{T}, FitOptions, CancellationToken)"/>
        /// <param name="inputs">The examples to train on.</param>
        /// <param name="labels">A class for each, from 0.</param>
        /// <param name="validationInputs">The examples to validate on.</param>
        /// <param name="validationLabels">A class for each.</param>
        /// <param name="options">How.</param>
        /// <param name="cancellation">Ends training after the current step.</param>
        public History Fit(
            Tensor<T> inputs,
            ReadOnlySpan<int> labels,
            Tensor<T> validationInputs,
            ReadOnlySpan<int> validationLabels,
            FitOptions? options = null,
            CancellationToken cancellation = default)
        {
            TensorDataset<T> validation = new(validationInputs, validationLabels, model.OutputShape.Elements);
            return model.Fit(new TensorDataset<T>(inputs, labels, model.OutputShape.Elements), validation, options, cancellation);
        }

        /// <summary>Trains on a tensor [n, input shape] and one-hot or soft labels [n, classes].</summary>
        /// <inheritdoc cref="ModelTraining.extension{T}(Model{T}).Fit(IDataset{T}, FitOptions, CancellationToken)"/>
        /// <param name="inputs">The examples.</param>
        /// <param name="targets">The probability of each class.</param>
        /// <param name="options">How.</param>
        /// <param name="cancellation">Ends training after the current step.</param>
        public History Fit(Tensor<T> inputs, Tensor<T> targets, FitOptions? options = null, CancellationToken cancellation = default) =>
            model.Fit(new TensorDataset<T>(inputs, targets), options, cancellation);

        /// <summary>Trains on a tensor [n, input shape] and one-hot or soft labels [n, classes], and validates every epoch on others.</summary>
        /// <inheritdoc cref="ModelTraining.extension{T}(Model{T}).Fit(IDataset{T}, IDataset{T}, FitOptions, CancellationToken)"/>
        /// <param name="inputs">The examples to train on.</param>
        /// <param name="targets">The probability of each class.</param>
        /// <param name="validationInputs">The examples to validate on.</param>
        /// <param name="validationTargets">Likewise.</param>
        /// <param name="options">How.</param>
        /// <param name="cancellation">Ends training after the current step.</param>
        public History Fit(
            Tensor<T> inputs,
            Tensor<T> targets,
            Tensor<T> validationInputs,
            Tensor<T> validationTargets,
            FitOptions? options = null,
            CancellationToken cancellation = default) =>
            model.Fit(new TensorDataset<T>(inputs, targets), new TensorDataset<T>(validationInputs, validationTargets), options, cancellation);

        /// <summary>What a fit will take for its numbers; nothing is allocated for it.</summary>
        /// <param name="options">How it will train.</param>
        /// <param name="examples">The number of examples, with those of validation; at least a batch matters.</param>
        /// <exception cref="ArgumentException">The options make no sense.</exception>
        public MemoryPlan PlanMemory(FitOptions? options = null, int examples = int.MaxValue) => MemoryCount.Plan(model, options ?? new FitOptions(), examples);

        /// <summary>
        /// A table of the layers: output shape, parameters, multiplications and additions of one example, and the algorithm of convolutions; and the
        /// memory that a fit takes. Below it a hint if the program does not use the processor's vectors, <see cref="Kernels.Simd.VectorWidth.Hint"/>.
        /// </summary>
        /// <param name="options">How it would train, by default as Fit does.</param>
        /// <param name="examples">The number of examples, with those of validation.</param>
        public string Summary(FitOptions? options = null, int examples = int.MaxValue) => ModelSummary.Of(model, options ?? new FitOptions(), examples);
    }
}
