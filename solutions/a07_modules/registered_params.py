# %% part: code
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(2, 3)
        self.hidden = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
        self.out = nn.Linear(3, 1)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        h = torch.tanh(self.inp(x))
        for layer in self.hidden:
            h = torch.tanh(layer(h))
        return self.scale * self.out(h)


def new_head(net, lr):
    net.out = nn.Linear(3, 1)
    return torch.optim.SGD(net.parameters(), lr=lr)
