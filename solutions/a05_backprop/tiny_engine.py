# %% part: code
class Number:
    def __init__(self, value, inputs=(), slopes=()):
        self.value = value
        self.grad = 0.0
        self.inputs = inputs
        self.slopes = slopes

    def __add__(self, other):
        return Number(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Number(self.value * other.value, (self, other), (other.value, self.value))

    def backward(self):
        order = []
        seen = set()

        def visit(number):
            if number in seen:
                return
            seen.add(number)
            for each in number.inputs:
                visit(each)
            order.append(number)

        visit(self)
        self.grad = 1.0
        for number in reversed(order):
            for each, slope in zip(number.inputs, number.slopes, strict=True):
                each.grad += slope * number.grad
