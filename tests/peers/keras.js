// TensorFlow.js' Keras for keras_peer.py: a JSON list of cases on standard input, of each a list of
// arrays on standard output. Arrays are {shape, values}. Exit status 77 where it is not installed.
'use strict';
const {readFileSync} = require('fs');

console.log = console.warn = () => {};  // what it says of itself
let tf, keras;
try {
  tf = require('@tensorflow/tfjs-core');
  require('@tensorflow/tfjs-backend-cpu');
  keras = require('@tensorflow/tfjs-layers');
} catch (missing) {
  process.stdout.write(`${missing.message.split('\n')[0]}\n`);
  process.exit(77);
}

const tensor = a => tf.tensor(a.values, a.shape);
const array = t => ({shape: t.shape, values: Array.from(t.dataSync())});

// The output; in training then a gradient dy by it, made here, and those of sum(output·dy) by inputs
// and weights, and the weights that only the layer changes.
function layer({name, config, inputs, weights, training}) {
  const made = keras.layers[name](config);
  const x = inputs.map((input, i) => tf.variable(tensor(input), true, `input${i}`));
  const all = list => list.length > 1 ? list : list[0];
  made.build(all(inputs.map(input => [null, ...input.shape.slice(1)])));
  if (weights.length) made.setWeights(weights.map(tensor));
  if (!training) return [array(made.apply(all(x), {training}))];
  const found = [];
  const {grads} = tf.variableGrads(() => {
    const y = made.apply(all(x), {training});
    const dy = tf.reshape(tf.sin(tf.range(1, y.size + 1)), y.shape);
    found.push(array(y), array(dy));
    return tf.sum(tf.mul(y, dy));
  });
  for (const one of x) found.push(array(grads[one.name]));
  for (const one of made.trainableWeights) found.push(array(grads[one.val.name]));
  for (const one of made.nonTrainableWeights) found.push(array(one.val));
  return found;
}

// Of each sample, by way of a model that passes samples on.
function loss({name, y, t}) {
  const model = new keras.Sequential();
  model.add(keras.layers.activation({activation: 'linear', inputShape: y.shape.slice(1)}));
  model.compile({optimizer: 'sgd', loss: name});
  const [outputs, targets] = [tensor(y), tensor(t)];
  const rows = Array.from({length: y.shape[0]}, (_, i) => [outputs, targets].map(
      all => tf.slice(all, [i], [1])));
  return [array(tf.stack(rows.map(([output, target]) => model.evaluate(output, target))))];
}

const huber = ({delta, y, t}) => [array(tf.mean(tf.losses.huberLoss(
    tensor(t), tensor(y), undefined, delta, tf.Reduction.NONE), -1))];
const metric = ({name, y, t}) => [array(tf.mean(keras.metrics[name](tensor(t), tensor(y))))];

// The weights after each step.
function optimizer({name, parameters, start, gradients}) {
  const w = tf.variable(tensor(start), true, 'w');
  const made = tf.train[name](...parameters);
  return gradients.map(gradient => {
    made.applyGradients({w: tensor(gradient)});
    return array(w);
  });
}

const kinds = {layer, loss, huber, metric, optimizer};
tf.setBackend('cpu').then(() => {
  const cases = JSON.parse(readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(cases.map(one => {
    tf.disposeVariables();
    return kinds[one.kind](one);
  })));
});
